"""The options that every command shares: one for each setting, and the settings made of them."""

import sys
from collections.abc import Callable
from functools import partial, update_wrapper
from pathlib import Path
from typing import NoReturn

import click

from waypost.cli.completing import offering
from waypost.settings import DEFAULT_FILE, Option, Settings, SettingsError, load, options

MISTAKEN = 2
"""Exit status when the settings cannot be used."""


def with_settings(
    command: Callable[..., None], *, opens_console: bool = False, is_worker: bool = False
) -> Callable[..., None]:
    """Give `command` an option for each setting; it is called with the settings, and its own options by name.

    Mistakes in the settings are all printed to stderr, and the process exits with 2. A command that opens the console
    is refused where others could reach it without a password; a worker needs a store that can be shared.
    """

    def run(config: Path | None, **given: object) -> None:
        flags = {option.name: given.pop(option.name) for option in options()}
        command(settings_from(flags, config, opens_console=opens_console, is_worker=is_worker), **given)

    decorated: Callable[..., None] = update_wrapper(run, command)
    for option in reversed(options()):
        decorated = _click_option(option)(decorated)
    config = click.option("--config", type=click.Path(path_type=Path), help="Settings file. [default: ./waypost.toml]")
    return config(decorated)


with_server_settings = partial(with_settings, opens_console=True)
with_worker_settings = partial(with_settings, is_worker=True)


def settings_from(
    flags: dict[str, object], config: Path | None, *, opens_console: bool = False, is_worker: bool = False
) -> Settings:
    """Return the settings, or say what is wrong with them and exit."""
    path = DEFAULT_FILE if config is None and DEFAULT_FILE.is_file() else config
    try:
        return load(flags, toml_path=path, opens_console=opens_console, is_worker=is_worker)
    except SettingsError as error:
        refuse(error.mistakes)


def refuse(mistakes: list[str]) -> NoReturn:
    """Print what is wrong with the settings and exit."""
    count = "A mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
    click.echo(f"{count} in the settings:", err=True)
    for mistake in mistakes:
        click.echo(f"  {mistake}", err=True)
    sys.exit(MISTAKEN)


def _click_option(option: Option) -> Callable[[Callable[..., None]], Callable[..., None]]:
    # Values stay text here: `settings.load` reads them, so that every mistake is told at once and in one voice.
    text = f"{option.help} [default: {option.default}]".replace("`", "")
    if option.reader.is_switch:
        return click.option(f"{option.flag}/--no-{option.flag[2:]}", option.name, default=None, help=text)
    offered = offering(option.reader.words, option.reader.names)
    return click.option(option.flag, option.name, multiple=option.reader.many, help=text, shell_complete=offered)
