"""The rules of the house that no other tool checks: lengths, provenance, where the dialects' words may stand."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src" / "waypost"

MAX_FUNCTION_LINES = 60
MAX_FILE_LINES = 400

SPEC_PAGE = re.compile(
    r"""
    (cloud-api|on-premises-api|migration)\.md\#\d+(\.\d+)*
    | (media-types|error-codes)(-onprem)?\.tsv
    | seed-media-messages\.txt
    | samples/(cloud|onprem)/[\w-]+\.json
    """,
    re.VERBOSE,
)
SPEC_WORD = re.compile(r"[\w/-]+\.(?:md|tsv|txt|json)(?:\#[\w.]*\w)?")

# In pieces, so that this file does not hold what it looks for.
NOT_OURS = (
    "/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/", "/Use" + "rs/",
    "--index" + "-url", "--extra" + "-index-url", "--find" + "-links", "--trusted" + "-host", "/sim" + "ple/",
)  # fmt: skip
MADE_BY_TOOLS = {
    ".git", ".venv", "__pycache__", ".mypy_cache", ".ruff_cache", ".hypothesis", ".import_linter_cache", "node_modules",
    "build", "dist", "waypost-data", "bench-data", "results",
}  # fmt: skip

DIALECT = re.compile("onprem|on_prem|cloud", re.IGNORECASE)
DIALECT_HOME = (
    "wire/", "api/", "flows/notify.py", "rules/media.py", "model/", "settings/", "errors/",
    "cli/", "app/", "testing/",  # they say which face is where, above everything
)  # fmt: skip
DIALECT_ELSEWHERE: Mapping[str, int] = {
    "lib/backoff.py": 2,
    "lib/ids.py": 11,
    "rules/rates.py": 2,
}
"""How many identifiers name a dialect where none should. To be made smaller, never greater."""


def test_no_function_is_longer_than_sixty_lines() -> None:
    too_long = [f"{name} {lines}" for name, lines in _functions() if lines > MAX_FUNCTION_LINES]

    assert too_long == []


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    lengths = {_name(path): len(path.read_text("utf-8").splitlines()) for path in _sources()}

    assert {name: lines for name, lines in lengths.items() if lines > MAX_FILE_LINES} == {}


def test_every_provenance_names_a_page_of_the_reference_and_its_section() -> None:
    unknown = [f"{where}: {text}" for where, text in _provenances() if not _is_known(text)]

    assert unknown == []


def test_no_file_names_a_machine_or_a_package_index() -> None:
    found = [f"{path.relative_to(ROOT)}: {text}" for path in _texts() for text in NOT_OURS if text in _read(path)]

    assert found == []


def test_the_words_of_the_dialects_stay_at_the_edges() -> None:
    counts = {_name(path): _dialect_words(path) for path in _sources() if not _name(path).startswith(DIALECT_HOME)}

    assert {name: count for name, count in counts.items() if count > DIALECT_ELSEWHERE.get(name, 0)} == {}


def _sources() -> list[Path]:
    return sorted(SRC.rglob("*.py"))


def _name(path: Path) -> str:
    return path.relative_to(SRC).as_posix()


def _functions() -> Iterator[tuple[str, int]]:
    for path in _sources():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
                yield f"{_name(path)}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1


def _provenances() -> Iterator[tuple[str, str]]:
    for path in _sources():
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            _, mark, text = line.partition("# spec:")
            if mark:
                yield f"{_name(path)}:{number}", text.strip().strip('"')


def _is_known(text: str) -> bool:
    return SPEC_PAGE.match(text) is not None and all(SPEC_PAGE.fullmatch(word) for word in SPEC_WORD.findall(text))


def _texts() -> Iterator[Path]:
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        if path.is_file() and path.name != ".git" and not MADE_BY_TOOLS.intersection(parts):
            yield path


def _read(path: Path) -> str:
    return path.read_text("utf-8", errors="replace")


def _dialect_words(path: Path) -> int:
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline)
    return sum(1 for token in tokens if token.type == tokenize.NAME and DIALECT.search(token.string))
