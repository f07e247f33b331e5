"""The reference page of the command line, from the commands themselves."""

from collections.abc import Iterator

import click
from tools.tables import table

from waypost.cli import run
from waypost.settings import options

_SETTINGS = frozenset(["--config", *(option.flag for option in options())])
_REACH = frozenset(["--url", "--admin-token", "--data", "--ready-file"])
_HEAD = ("argument or option", "meaning")


def command_sections() -> Iterator[str]:
    """Yield a section for each command; the options that several commands share are told elsewhere, once."""
    for name, command in _all(run, ""):
        flags = {flag for parameter in command.params for flag in parameter.opts}
        shared, sentence = _shared(flags)
        rows = [_row(parameter) for parameter in command.params if not shared & set(parameter.opts)]
        text = " ".join((command.help or "").replace("\b", "").split())
        yield "\n".join(
            [f"## `waypost {name}`", "", *filter(None, [text, sentence]), "", *([table(_HEAD, rows)] if rows else [])]
        )


def _all(group: click.Group, before: str) -> Iterator[tuple[str, click.Command]]:
    for name, command in sorted(group.commands.items()):
        yield before + name, command
        if isinstance(command, click.Group):
            yield from _all(command, f"{before}{name} ")


def _shared(flags: set[str]) -> tuple[frozenset[str], str]:
    """Return the options that are told elsewhere, and the sentence that says where."""
    if "--webhook-success" in flags:
        return _SETTINGS, "It takes every [setting](settings.md)."
    if "--url" in flags:
        return _REACH, "It needs a running server."
    return frozenset(), ""


def _row(parameter: click.Parameter) -> tuple[str, str]:
    if not isinstance(parameter, click.Option):
        return f"`{parameter.make_metavar(click.Context(run))}`", "needed" if parameter.required else "may be left out"
    names = ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))
    shown = f" Default: `{parameter.default}`." if parameter.show_default else ""
    return names, f"{parameter.help}{shown}"
