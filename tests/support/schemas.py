"""JSON for any schema of ours: bodies that it takes, bodies with one thing wrong, and bodies with anything wrong.

All of it is read from the schema itself (`msgspec.inspect`), so that a new type is covered by being there. Words that
a free text is likely to be are taken from the golden requests, by the name of the member they stand under.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec import inspect

GOLDEN = Path(__file__).parents[1] / "golden"
_INT64 = 2**63

# Any: JSON values, and types of any schema.
Strategy = st.SearchStrategy[Any]
Path_ = tuple[str | int, ...]
WRONG_WHOLE = "bad_request"
"""The problem of a body that is not what it must be as a whole."""

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
MOMENTS = st.sampled_from(["2027-01-31T12:00:00Z", "1999-12-31T23:59:59.5+02:00", "0001-01-01T00:00:00+00:00"])
JUNK = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-_INT64, _INT64 - 1),
        st.floats(allow_nan=False, allow_infinity=False),
        st.sampled_from(["", " ", "0", "{{1}}", "\u202e", "😀", "a" * 5_000, "whatsapp", "https://", "../..", "\r\n"]),
        TEXT,
    ),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "type", "text", "", "a.b"]), inner)
    ),
    max_leaves=6,
)


# -- What a schema takes ------------------------------------------------------------------------------------------


def bodies(kind: Any) -> Strategy:
    """Return a strategy of JSON values that `kind`'s decoder takes. Raises NotImplementedError for a type unknown."""
    return _Maker().of(inspect.type_info(kind))


class _Maker:
    """Makes strategies, one per Struct, so that a Struct may hold itself."""

    def __init__(self) -> None:
        self._structs: dict[Any, Strategy] = {}

    def of(self, kind: inspect.Type, name: str = "") -> Strategy:
        """Return the strategy of a type; `name` is the member it stands under."""
        match kind:
            case inspect.Metadata():
                return self.of(kind.type, name)
            case inspect.StructType():
                return self._struct(kind)
            case inspect.UnionType():
                return st.one_of([self.of(each, name) for each in kind.types])
            case inspect.ListType() | inspect.VarTupleType():
                least, most = kind.min_length or 0, kind.max_length
                most = least + 2 if most is None else min(most, least + 2)
                return st.lists(self.of(kind.item_type, name), min_size=least, max_size=most)
            case inspect.DictType():
                return st.dictionaries(TEXT, self.of(kind.value_type), max_size=3)
            case _:
                return _plain(kind, name)

    def _struct(self, kind: inspect.StructType) -> Strategy:
        if kind.cls not in self._structs:
            self._structs[kind.cls] = st.deferred(lambda: strategy)
            required = {each.encode_name: self.of(each.type, each.encode_name) for each in kind.fields if each.required}
            optional = {
                each.encode_name: self.of(each.type, each.encode_name) for each in kind.fields if not each.required
            }
            if kind.tag_field is not None:
                required[kind.tag_field] = st.just(kind.tag)
            strategy = st.fixed_dictionaries(required, optional=optional)
        return self._structs[kind.cls]


def _plain(kind: inspect.Type, name: str) -> Strategy:
    match kind:
        case inspect.StrType():
            return _texts(kind, name)
        case inspect.IntType():
            return st.integers(*_bounds(kind, -_INT64, _INT64 - 1))
        case inspect.FloatType():
            low, high = _bounds(kind, None, None)
            return st.floats(low, high, allow_nan=False, allow_infinity=False)
        case inspect.LiteralType():
            return st.sampled_from(kind.values)
        case inspect.BoolType():
            return st.booleans()
        case inspect.NoneType():
            return st.none()
        case inspect.DateTimeType():
            return MOMENTS
        case inspect.BytesType():
            return st.sampled_from(["", "aGk=", "AAAA"])
        case inspect.AnyType() | inspect.RawType():
            return JUNK
        case _:
            raise NotImplementedError(f"there is no strategy for {kind}")


def _bounds(kind: inspect.IntType | inspect.FloatType, low: Any, high: Any) -> tuple[Any, Any]:
    low = kind.ge if kind.ge is not None else low if kind.gt is None else kind.gt + 1
    return low, kind.le if kind.le is not None else high if kind.lt is None else kind.lt - 1


def _texts(kind: inspect.StrType, name: str) -> Strategy:
    least, most = kind.min_length or 0, kind.max_length
    if kind.pattern is not None:
        return st.from_regex(kind.pattern).filter(
            lambda text: least <= len(text) <= (most or 10_000) and "\0" not in text
        )
    free = st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
        min_size=least,
        max_size=min(most or least + 20, least + 20),
    )
    known = [word for word in _words().get(name, ()) if least <= len(word) <= (most or 10_000)]
    return st.sampled_from(known) | free if known else free


@cache
def _words() -> Mapping[str, Sequence[str]]:
    """Return the texts of the golden files by the names of the members they stand under."""
    found: dict[str, dict[str, None]] = {}
    for path in sorted(GOLDEN.rglob("*.json")):
        for name, text in _texts_in("", json.loads(path.read_bytes())):
            found.setdefault(name, {})[text] = None
    return {name: tuple(texts) for name, texts in found.items()}


def _texts_in(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, list):
        for each in value:
            yield from _texts_in(name, each)
    elif isinstance(value, dict):
        for inner, each in value.items():
            yield from _texts_in(inner, each)


# -- What it does not take ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wrong:
    """A body with one thing wrong: where, and the name of the problem that says so."""

    body: Any
    where: Path_
    problem: str


def wrong_bodies(kind: Any) -> Strategy:
    """Return a strategy of bodies that are right but for one thing, which the schema alone says is wrong."""
    info = inspect.type_info(kind)

    def breaks(body: Any) -> Strategy:
        found = list(_breaks(info, body, ()))
        return (
            st.sampled_from(found).map(lambda each: Wrong(each[1](body), each[0], each[2])) if found else st.nothing()
        )

    return bodies(kind).filter(lambda body: any(True for _ in _breaks(info, body, ()))).flatmap(breaks)


_Break = tuple[Path_, Callable[[Any], Any], str]
_ENDS = ("$", r"\Z", r"(?!\n)")
_WRONG_WORD = "no such word"


def _breaks(kind: inspect.Type, value: Any, where: Path_) -> Iterator[_Break]:
    """Yield everything that can be made wrong in a value of `kind`."""
    match kind:
        case inspect.Metadata():
            yield from _breaks(kind.type, value, where)
        case inspect.StructType():
            yield from _broken_struct(kind, value, where)
        case inspect.ListType() | inspect.VarTupleType():
            yield from _broken_list(kind, value, where)
        case inspect.UnionType():
            options = [each for each in kind.types if _may_be(each, value)]
            if len(options) == 1 and _says_which(kind):
                yield from _breaks(options[0], value, where)
        case inspect.StrType():
            yield from _broken_text(kind, value, where)
        case inspect.LiteralType() | inspect.IntType() | inspect.FloatType() | inspect.BoolType():
            yield where, _with(where, _WRONG_WORD), "invalid_parameter"


def _broken_list(kind: inspect.ListType | inspect.VarTupleType, value: Any, where: Path_) -> Iterator[_Break]:
    yield where, _with(where, {}), "invalid_parameter" if where else WRONG_WHOLE
    if kind.max_length is not None and value:
        yield where, _with(where, [value[0]] * (kind.max_length + 1)), "invalid_parameter"
    for place, each in enumerate(value):
        yield from _breaks(kind.item_type, each, (*where, place))


def _broken_text(kind: inspect.StrType, value: Any, where: Path_) -> Iterator[_Break]:
    yield where, _with(where, 5), "invalid_parameter"
    if kind.max_length is not None and kind.pattern is None:
        yield where, _with(where, "x" * (kind.max_length + 1)), "too_long"
    if kind.min_length == 1 and kind.pattern is None:
        yield where, _with(where, ""), "empty_parameter"
    if kind.pattern is not None and kind.pattern.endswith(_ENDS):
        yield where, _with(where, f"{value}\n"), "invalid_parameter"  # which `$` alone lets pass


def _may_be(kind: inspect.Type, value: Any) -> bool:
    """Return whether a value may be of one of a union's types: by the tag, where they have one."""
    if isinstance(kind, inspect.StructType) and kind.tag_field is not None:
        return isinstance(value, dict) and value.get(kind.tag_field) == kind.tag
    return value is not None and not isinstance(kind, inspect.NoneType)


def _says_which(kind: inspect.UnionType) -> bool:
    """Return whether what is wrong with a value can be told: not where a text may also be a number."""
    options = [each for each in kind.types if not isinstance(each, inspect.NoneType)]
    return len(options) == 1 or all(isinstance(each, inspect.StructType) for each in options)


def _broken_struct(kind: inspect.StructType, value: Any, where: Path_) -> Iterator[_Break]:
    if where:
        yield where, _with(where, _WRONG_WORD), "invalid_parameter"
    if kind.forbid_unknown_fields:
        yield (*where, "no_such"), _with((*where, "no_such"), 1), "unexpected_parameter"
    for each in kind.fields:
        place = (*where, each.encode_name)
        if each.required:
            yield place, _without(place), "missing_parameter"
            if isinstance(each.type, inspect.StrType | inspect.StructType | inspect.ListType | inspect.VarTupleType):
                yield place, _with(place, None), "missing_parameter"
        if each.encode_name in value:
            yield from _breaks(each.type, value[each.encode_name], place)


def _with(where: Path_, new: Any) -> Callable[[Any], Any]:
    def change(body: Any) -> Any:
        changed = deepcopy(body)
        _holder(changed, where)[where[-1]] = new
        return changed

    return change if where else lambda _body: new


def _without(where: Path_) -> Callable[[Any], Any]:
    def change(body: Any) -> Any:
        changed = deepcopy(body)
        del _holder(changed, where)[where[-1]]
        return changed

    return change


def _holder(body: Any, where: Path_) -> Any:
    for step in where[:-1]:
        body = body[step]
    return body


# -- Anything -----------------------------------------------------------------------------------------------------


def mutations(valid: Strategy) -> Strategy:
    """Return a strategy of valid bodies with up to three places taken out, doubled or replaced by anything."""
    change = st.tuples(st.integers(0, 10_000), st.sampled_from(["drop", "junk", "wrap", "rename"]), JUNK)
    changes = st.lists(change, min_size=1, max_size=3)
    return st.tuples(valid, changes).map(lambda drawn: _mutated(*drawn))


def _mutated(body: Any, changes: Sequence[tuple[int, str, Any]]) -> Any:
    for place, change, junk in changes:
        places = [where for where in _places(body, ()) if where]
        if not places:
            return junk
        where = places[place % len(places)]
        value = _holder(body, where)[where[-1]]
        if change == "drop":
            body = _without(where)(body)
        elif change == "rename" and isinstance(where[-1], str):
            body = _with((*where[:-1], where[-1] + "s"), value)(_without(where)(body))
        else:
            body = _with(where, [value] if change == "wrap" else junk)(body)
    return body


def _places(value: Any, where: Path_) -> Iterator[Path_]:
    yield where
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield from _places(inner, (*where, step))


# -- Many of them at once -----------------------------------------------------------------------------------------


def calmly(count: int) -> settings:
    """Return settings that try `count` examples: the same ones every time, so that a run says nothing about luck."""
    return settings(
        max_examples=count,
        phases=[Phase.generate, Phase.shrink],
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def examples(strategy: Strategy, how: settings) -> list[Any]:
    """Return examples, as many as settings say: for tests that cannot be inside of `given`."""
    found: list[Any] = []

    @how
    @given(strategy)
    def collect(example: Any) -> None:
        found.append(example)

    collect()
    return found


def raw(body: Any) -> bytes:
    """Return a body as it goes over the wire."""
    return msgspec.json.encode(body)
