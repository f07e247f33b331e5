"""No secret is compared sign by sign: who guesses would learn from the time how much was right. Hardening R19."""

import ast
import re
from collections.abc import Iterator, Mapping

from tests.architecture.test_style import SRC

SECRET = re.compile(
    r"(^|_)(secret|token|password|passwd|pin|digest|hash|hashed|signature|hmac|cookie|credential|bearer|login|right|offered|claimed)s?$"
)
"""Names of what nobody but its owner is to know, or is made of that."""
COMPARING = (ast.Eq, ast.NotEq)
VISIBLY_BYTES = {"encode", "token_hash"}

HARMLESS: Mapping[str, str] = {
    "_keys(request) != {token}": "both come with the same request",
    "_token_id(token.hash) == token_id": "the operator's, and the beginning of a hash that is shown",
    "secret != number.app_secret": "both are the number's own",
    "secret == now.app_secret": "the operator gives it, and is told that it is the same",
    "token.kind == 'key'": "the kind of a token is a word",
    "(user, password) != (ADMIN, FIRST_PASSWORD)": "the first password is the one that everybody knows",
    "token.number_id == number_id": "ids of numbers",
    "hashlib.file_digest(file, 'sha256').hexdigest() != path.name": "of a file, against damage",
    "(manifest.database_sha256, manifest.media) != (digest, found)": "of files, against damage",
    "found.digest() != sha256": "of a file, against damage",
    "earlier.body_hash != once.body_hash": "of the caller's own two bodies",
    "await self._acknowledged.get(number.id, wa_id) == identity.hash": "of a user's keys, which every caller is told",
    "identity != (await self.of(wa_id)).hash": "of a user's keys, which every caller is told",
    "wanted != self.users.identity_hash(request.wa_id)": "of a user's keys, which every caller is told",
    "digest != digest.lower()": "of the operator's own text",
    "token == b'/'": "a piece of JSON",
}
"""Comparisons of things with such names, and why each may be made sign by sign."""


def _trees() -> Iterator[ast.Module]:
    for path in sorted(SRC.rglob("*.py")):
        yield ast.parse(path.read_text("utf-8"))


def _names(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        match inner:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield name


def _comparisons() -> set[str]:
    found = {node for tree in _trees() for node in ast.walk(tree) if isinstance(node, ast.Compare)}
    sign_by_sign = {node for node in found if any(isinstance(sign, COMPARING) for sign in node.ops)}
    return {ast.unparse(node) for node in sign_by_sign if any(SECRET.search(name) for name in _names(node))}


def _called(node: ast.AST) -> str:
    match node:
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
            return name
    return ""


def test_no_secret_is_compared_sign_by_sign() -> None:
    assert _comparisons() - set(HARMLESS) == set()


def test_every_comparison_that_is_excused_is_still_there() -> None:
    assert set(HARMLESS) - _comparisons() == set()


def test_secrets_are_compared_as_bytes() -> None:
    """Of text that is not ASCII `compare_digest` raises; one side is seen to be bytes, and mypy sees to the other."""
    calls = [node for tree in _trees() for node in ast.walk(tree) if _called(node) == "compare_digest"]
    as_text = [ast.unparse(node) for node in calls if not VISIBLY_BYTES & {_called(part) for part in ast.walk(node)}]

    assert (as_text, len(calls) > 5) == ([], True)
