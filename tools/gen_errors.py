"""Write the pages about errors: the table of every code, a page for each Cloud code, and the magic numbers."""

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.tables import table

from waypost.errors import Problem, all_problems, by_constant, find_problem
from waypost.rules.magic import MANNERS, PREFIX, magic_errors

SOURCE = Path(__file__).parents[1] / "src" / "waypost"
SCOPE = Path(__file__).with_name("error_scope.toml")
HOW_TO = Path(__file__).parents[1] / "docs" / "how-to" / "raise-an-error.md"
_BEGIN = "<!-- Made by `make docs` from here -->\n"
_END = "\n<!-- to here -->"
MADE = "<!-- Made by `make docs` from src/waypost/errors/ and tools/error_scope.toml; do not edit. -->\n"
_RULES = "/_waypost/v1/rules"
_MANY = 6  # errors of one code, above which a table names their page only


@dataclass(frozen=True)
class Scope:
    """What is out of scope, and why."""

    cloud: Mapping[int, str]
    dialog360: Mapping[str, str]


def read_scope() -> Scope:
    """Read the codes that Waypost knows nothing of on purpose."""
    found: dict[str, list[dict[str, Any]]] = tomllib.loads(SCOPE.read_text("utf-8"))  # Any: TOML
    cloud = {code: entry["why"] for entry in found["cloud"] for code in entry["codes"]}
    return Scope(cloud, {entry["says"]: entry["why"] for entry in found["dialog360"]})


def produced() -> set[str]:
    """Return the names of the problems that the source brings about by itself."""
    words: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        if path.parent.name != "errors":
            words |= set(re.findall(r"\b[A-Z][A-Z0-9_]+\b", path.read_text("utf-8")))
    return {problem.name for constant, problem in by_constant().items() if constant in words}


def index_page() -> str:
    """Return `errors.md`: every code of both dialects, and what becomes of it here."""
    scope = read_scope()
    return f"""{MADE}
# Errors

An error is answered in the dialect of the request; what happens after acceptance is told by a callback, in the dialect
of the number's callbacks.
So every error here has a name of its own and a code in each dialect.

- "Produced" means that Waypost answers or reports it by itself, when its rule is broken.
- "On demand" means that nothing here breaks the rule: a fault rule raises it, or a
  [magic number](../how-to/raise-an-error.md).
  Every produced error can be raised on demand too.
- "Out of scope" means that Waypost never says it, for the reason given.

## Cloud codes

{table(("code", "says", "here", "names"), _cloud_rows(scope))}
## On-Premises codes

A code in brackets is the one of an answer, where a callback says another.

{table(("code", "says", "here", "names"), _onprem_rows())}
## Bodies of 360dialog

360dialog's hosts refuse some requests by themselves, with a body of their own and no code.

{table(("says", "HTTP", "here", "name"), _dialog360_rows(scope))}
## Names

{table(("name", "Cloud code", "On-Premises code", "what to do"), _name_rows())}"""


def code_pages() -> dict[int, list[Problem]]:
    """Return the problems of each Cloud code, which share a page."""
    pages: dict[int, list[Problem]] = {}
    for problem in all_problems().values():
        pages.setdefault(problem.code, []).append(problem)
    return dict(sorted(pages.items()))


def code_page(code: int) -> str:
    """Return the page of a Cloud code."""
    problems, made = code_pages()[code], produced()
    sections = "\n".join(_section(problem, is_produced=problem.name in made) for problem in problems)
    first = find_problem(code) or problems[0]
    several = "\nSeveral errors share this code; the details tell them apart.\n" if len(problems) > 1 else ""
    return f"""{MADE}
# {code}: {first.title}

[All errors](../errors.md)
{several}
{sections}"""


def raise_page() -> str:
    """Return `raise-an-error.md` with its table of magic numbers made anew."""
    head, begin, rest = HOW_TO.read_text("utf-8").partition(_BEGIN)
    _, end, tail = rest.partition(_END)
    return f"{head}{begin}\n{_magic_table()}{end}{tail}"


def _magic_table() -> str:
    errors = ((f"`{wa_id}`", _told(problem), _link(problem, "../reference/errors/")) for wa_id, problem in _magic())
    manners = ((f"`{wa_id}`", "", f"a phone that {manner.meaning}") for wa_id, manner in MANNERS.items())
    return table(("number", "the error comes", "stands for"), [*errors, *manners])


def _section(problem: Problem, *, is_produced: bool) -> str:
    rows = [
        ("Cloud", str(problem.code), str(problem.http), problem.title),
        ("On-Premises", str(problem.onprem_code), str(problem.onprem_http), problem.onprem_title),
    ]
    if problem.callback != (problem.onprem_code, problem.onprem_title):
        rows.append(("On-Premises, in a callback", str(problem.callback[0]), "", problem.callback[1]))
    if problem.subcode is not None:
        rows.insert(1, ("Cloud, subcode", str(problem.subcode), str(problem.http), problem.user_title or problem.title))
    rows += [(f"360dialog's {host}", "", http, says) for host, http, says in _bodies_of_360dialog(problem)]
    return "\n".join([f"## `{problem.name}`\n", *_words(problem), table(("dialect", "code", "HTTP", "says"), rows),
                      *_ways(problem, is_produced=is_produced)])  # fmt: skip


def _bodies_of_360dialog(problem: Problem) -> Iterator[tuple[str, str, str]]:
    """Yield which of its hosts says what, with which status."""
    http, in_general, onprem = (
        str(problem.proxy_http or problem.http),
        problem.proxy_message,
        problem.onprem_proxy_message,
    )
    if in_general is not None:
        yield "Cloud host" if onprem else "host", http, in_general
    if onprem is not None:
        yield "On-Premises host", http, onprem


def _words(problem: Problem) -> Iterator[str]:
    if problem.rule:
        yield f"{problem.rule}\n"
    if problem.borrowed:
        yield "The platform has no such error: it is Waypost's own, under the codes that come nearest.\n"
    again = " The same request may succeed later." if problem.retryable else ""
    yield f"To do: {problem.fix}{again}\n"


def _ways(problem: Problem, *, is_produced: bool) -> Iterator[str]:
    yield "### How to get it here\n"
    if is_produced:
        yield f"{problem.trigger or 'Break the rule.'}\n"
    if number := next((wa_id for wa_id, found in magic_errors().items() if found is problem), None):
        yield f"Send anything to its magic number; the error comes {_told(problem)}:\n"
        yield f"    {_curl_message(number)}\n"
    yield "A fault rule lets the next message fail with it; with a `path` it refuses the next request:\n"
    yield f"    {_curl_rule(problem)}\n"


def _curl_message(number: str) -> str:
    body = f'{{"messaging_product":"whatsapp","to":"{number}","type":"text","text":{{"body":"Hello"}}}}'
    url = '"$BASE_URL/v24.0/$PHONE_NUMBER_ID/messages"'
    return f"curl -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' -d '{body}' {url}"


def _curl_rule(problem: Problem) -> str:
    body = f'{{"fail":{{"code":"{problem.name}"}},"next":1}}'
    return (
        "curl -H \"Authorization: Bearer $ADMIN_TOKEN\" -H 'Content-Type: application/json' "
        f"-d '{body}' \"$BASE_URL{_RULES}\""
    )


def _cloud_rows(scope: Scope) -> Iterator[tuple[str, ...]]:
    """Yield a row for each Cloud code, the subcodes of template management among them."""
    made = produced()
    known: dict[int, list[Problem]] = {}
    for problem in all_problems().values():
        known.setdefault(problem.code if problem.subcode in (None, 33) else problem.subcode or 0, []).append(problem)
    for code in sorted(known.keys() | scope.cloud.keys()):
        problems = known.get(code, [])
        if not problems:
            yield str(code), "", f"out of scope: {scope.cloud[code]}", ""
            continue
        title = problems[0].title if code == problems[0].code else problems[0].user_title or ""
        yield str(code), title, _standing(problems, made), _links(problems)


def _onprem_rows() -> Iterator[tuple[str, ...]]:
    made = produced()
    known: dict[int, list[Problem]] = {}
    for problem in all_problems().values():
        for code in {problem.onprem_code, problem.callback[0]}:
            known.setdefault(code, []).append(problem)
    for code, problems in sorted(known.items()):
        first = problems[0]
        in_answer = f" ({first.onprem_code})" if code != first.onprem_code else ""
        title = first.callback[1] if in_answer else first.onprem_title
        own = [problem for problem in problems if not problem.cloud_only] or problems
        yield f"{code}{in_answer}", title, _standing(own, made), _links(own)


def _dialog360_rows(scope: Scope) -> Iterator[tuple[str, ...]]:
    made = produced()
    for problem in all_problems().values():
        for _, http, says in _bodies_of_360dialog(problem):
            yield says, http, _standing([problem], made), _link(problem)
    for says, why in scope.dialog360.items():
        yield says, "", f"out of scope: {why}", ""


def _name_rows() -> Iterator[tuple[str, ...]]:
    for _, problem in sorted(all_problems().items()):
        answer, callback = problem.onprem_code, problem.callback[0]
        onprem = str(answer) if answer == callback else f"{answer}, {callback} in a callback"
        subcode = "" if problem.subcode is None else f", subcode {problem.subcode}"
        yield _link(problem), f"{problem.code}{subcode}", onprem, problem.fix + (" Retry." if problem.retryable else "")


def _standing(problems: Iterable[Problem], made: set[str]) -> str:
    return "produced" if any(problem.name in made for problem in problems) else "on demand"


def _links(problems: Collection[Problem]) -> str:
    """Return links to all of them, or to the page that they share if they are many."""
    links = list(dict.fromkeys(_link(problem) for problem in problems))
    pages = {problem.code for problem in problems}
    if len(links) <= _MANY or len(pages) > 1:
        return ", ".join(links)
    return f"[{len(links)} errors](errors/{pages.pop()}.md)"


def _link(problem: Problem, folder: str = "errors/") -> str:
    return f"[`{problem.name}`]({folder}{problem.code}.md#{problem.name})"


def _told(problem: Problem) -> str:
    return "on the webhook" if problem.when == "webhook" else "in the answer"


def _magic() -> list[tuple[str, Problem]]:
    return sorted(magic_errors().items(), key=lambda found: int(found[0].removeprefix(PREFIX)))
