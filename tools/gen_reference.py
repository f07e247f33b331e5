"""Write the reference pages that the source itself can tell: settings, errors and routes.

`make docs` runs this; `tests/architecture/test_docs.py` fails when a page is out of step with the source.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from tools.gen_routes import route_rows

from waypost.errors import Problem, all_problems
from waypost.settings import Option, options

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
_MADE = "<!-- Made by `make docs` from {source}; do not edit. -->\n"


def settings_page() -> str:
    """Return `settings.md`: every setting with its three names."""
    head = ("option", "variable", "key in the file", "default", "value", "meaning")
    return f"""{_MADE.format(source="src/waypost/settings.py")}
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

{_table(head, (_setting_row(option) for option in options()))}"""


def errors_page() -> str:
    """Return `errors.md`: every error with its codes in both dialects."""
    head = ("name", "Cloud code", "HTTP", "says", "On-Premises code", "HTTP", "says", "what to do")
    rows = (_error_row(problem) for _, problem in sorted(all_problems().items()))
    return f"""{_MADE.format(source="src/waypost/errors/")}
# Errors

Every error has one name of ours and a code in each dialect.
It is answered in the dialect of the request; what happens after acceptance is told by a callback, in the dialect of the
number's callbacks.
Where On-Premises uses another code in a callback than in an answer, the second number is the callback's.

"Retry" behind the advice says that the same request may succeed later.

{_table(head, rows)}"""


def routes_page() -> str:
    """Return `routes.md`: every path of every face."""
    head = ("method", "path", "does")
    tables = "\n".join(f"## {title}\n\n{_table(head, rows)}" for title, rows in route_rows())
    return f"""{_MADE.format(source="the route tables under src/waypost/api")}
# Routes

Every path that the server answers, by the face that it belongs to.
`{{version}}` is any `vNN.N`, and may be left out.
The bodies of the control API are in the OpenAPI document, which a running server shows at `/_waypost/docs`.

{tables}"""


PAGES: Mapping[str, Callable[[], str]] = {
    "settings.md": settings_page,
    "errors.md": errors_page,
    "routes.md": routes_page,
}


def main() -> None:
    """Write every page."""
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), encoding="utf-8")
        print(f"docs/reference/{name}")


def _setting_row(option: Option) -> tuple[str, ...]:
    names = (f"`{option.flag}`", f"`{option.variable}`", f"`{option.name}`")
    return (*names, option.default, option.reader.values, option.help)


def _error_row(problem: Problem) -> tuple[str, ...]:
    subcode = "" if problem.subcode is None else f", subcode {problem.subcode}"
    callback = "" if problem.onprem_callback_code is None else f", {problem.onprem_callback_code}"
    cloud = (f"{problem.code}{subcode}", str(problem.http), problem.title)
    onprem = (f"{problem.onprem_code}{callback}", str(problem.onprem_http), problem.onprem_title)
    return (f"`{problem.name}`", *cloud, *onprem, problem.fix + (" Retry." if problem.retryable else ""))


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


if __name__ == "__main__":
    main()
