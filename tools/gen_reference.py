"""Write the reference pages that the source itself can tell: settings, commands, errors and routes.

`make docs` runs this; `tests/architecture/test_docs.py` fails when a page is out of step with the source.
"""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from tools import gen_errors, gen_kit
from tools.gen_commands import command_sections
from tools.gen_compatibility import compatibility_tables
from tools.gen_routes import route_rows
from tools.tables import table

from waypost.settings import Option, options

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
_MADE = "<!-- Made by `make docs` from {source}; do not edit. -->\n"


def settings_page() -> str:
    """Return `settings.md`: every setting with its three names."""
    head = ("option", "variable", "key in the file", "default", "value", "meaning")
    return f"""{_MADE.format(source="src/waypost/settings/fields.py")}
# Settings

Every setting can be given in three places.
An option on the command line wins over a variable in the environment, and that wins over `waypost.toml`.
What is given nowhere has its default.

`waypost.toml` is read from the folder in which Waypost is started; `--config PATH` names another file.
A setting that takes several values takes them one by one on the command line (`--fetch-allow A --fetch-allow B`),
with commas between them in a variable, and as a list in the file.
An empty variable counts as not given.

All mistakes are reported together, unknown names in the file and unknown `WAYPOST_...` variables included;
then the process exits with 2.

{table(head, (_setting_row(option) for option in options()))}"""


def commands_page() -> str:
    """Return `commands.md`: every command with its arguments and options."""
    sections = "\n".join(command_sections())
    return f"""{_MADE.format(source="src/waypost/cli")}
# Commands

`waypost COMMAND --help` says the same.
A command that needs a running server finds the one that runs over `--data` (`./waypost-data`); another is named by the
`--ready-file` that it wrote, or by `--url` with `--admin-token`.

{sections}"""


def routes_page() -> str:
    """Return `routes.md`: every path of every face."""
    head = ("method", "path", "does")
    tables = "\n".join(f"## {title}\n\n{table(head, rows)}" for title, rows in route_rows())
    return f"""{_MADE.format(source="the route tables under src/waypost/api")}
# Routes

Every path that the server answers, by the face that it belongs to.
`{{version}}` is any `vNN.N`, and may be left out.
The bodies of the control API are in the OpenAPI document, which a running server shows at `/_waypost/docs`.

{tables}"""


def kit_page() -> str:
    """Return `test-kit.md`: fixtures, settings and classes of the test kit."""
    members = "\n".join(
        f"## {title}\n\n{text}\n\n{table(('member', 'does'), rows)}" for title, text, rows in gen_kit.sections()
    )
    return f"""{_MADE.format(source="src/waypost/testing and src/waypost/pytest_plugin.py")}
# The test kit

`pip install waypost[test]` brings the plugin; there is nothing to import for it.
[Test a bot](../tutorials/test-a-bot.md) shows it at work.
Everything is in `waypost.testing`, for annotations and for tests without pytest.
Times in `within` are real seconds; everything else is platform time.

## Fixtures

{table(("fixture", "gives"), gen_kit.fixture_rows())}
## Settings in pytest's file

{table(("setting", "default", "meaning"), gen_kit.setting_rows())}
{members}"""


def compatibility_page() -> str:
    """Return `compatibility.md`: how far Waypost has got with each section of the reference."""
    head = ("section", "about", "state", "what is missing or different", "where")
    tables = "\n".join(f"## {title}\n\n{table(head, rows)}" for title, rows in compatibility_tables())
    return f"""{_MADE.format(source="the `# spec:` comments of the source and tools/compatibility.toml")}
# Compatibility

What Waypost does of what WhatsApp does, section by section of the reference that the project is built from.
The numbers are those in the `# spec:` comments of the source, whose files stand in the last column.

- **done**: built as the reference has it, or as the fourth column says where the reference leaves it open.
- **partial**: built but for what the fourth column names.
- **not yet**: to be built.
- **refused**: not built on purpose; the fourth column says why, and what a client is answered.
- **facts**: nothing to build.

{tables}"""


PAGES: Mapping[str, Callable[[], str]] = {
    "settings.md": settings_page,
    "test-kit.md": kit_page,
    "commands.md": commands_page,
    "errors.md": gen_errors.index_page,
    **{f"errors/{code}.md": partial(gen_errors.code_page, code) for code in gen_errors.code_pages()},
    "routes.md": routes_page,
    "compatibility.md": compatibility_page,
    "../how-to/raise-an-error.md": gen_errors.raise_page,
}


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        path = REFERENCE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page(), encoding="utf-8")
        print(path.resolve().relative_to(REFERENCE.parents[1]))
    for path in (REFERENCE / "errors").glob("*.md"):
        if f"errors/{path.name}" not in PAGES:
            path.unlink()


def _setting_row(option: Option) -> tuple[str, ...]:
    names = (f"`{option.flag}`", f"`{option.variable}`", f"`{option.name}`")
    return (*names, option.default, option.reader.values, option.help)


if __name__ == "__main__":
    main()
