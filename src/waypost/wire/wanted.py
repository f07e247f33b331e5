"""What a schema wants at a place of a body, in words: the choices there are, or how a text must look."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Meta, inspect

STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")
"""One step of a path of msgspec's: the name of a member, or the number of an entry."""


def matching(words: str, *, pattern: str, min_length: int | None = None, max_length: int | None = None) -> Meta:
    """Return the rule that a text must match `pattern`; `words` describe it in complaints: it must be `words`."""
    return Meta(pattern=pattern, min_length=min_length, max_length=max_length, extra={"words": words})


def choices_at(schema: object, path: str) -> str | None:
    """Return the values that may stand at `path`, with commas between them; None where any may."""
    values = [
        value for kind in _kinds_at(schema, path) if isinstance(kind, inspect.LiteralType) for value in kind.values
    ]
    return ", ".join(str(value) for value in values if value != "") or None


def words_at(schema: object, path: str) -> str | None:
    """Return how a text at `path` must look; None where `matching` said nothing."""
    told = (kind.extra for kind in _kinds_at(schema, path) if isinstance(kind, inspect.Metadata))
    return next((str(extra["words"]) for extra in told if extra and "words" in extra), None)


def _kinds_at(schema: object, path: str) -> list[inspect.Type]:
    kinds = [inspect.type_info(schema)]
    for name, _ in STEP.findall(path):
        kinds = [inner for kind in _apart(kinds) for inner in _inside(kind, name)]
    return list(_apart(kinds))


def _apart(kinds: Iterable[inspect.Type]) -> Iterator[inspect.Type]:
    """Yield every single type that a value may have, and what is known of it besides."""
    for kind in kinds:
        if isinstance(kind, inspect.UnionType):
            yield from _apart(kind.types)
        else:
            yield kind
            if isinstance(kind, inspect.Metadata):
                yield from _apart([kind.type])


def _inside(kind: inspect.Type, name: str) -> Iterator[Any]:  # Any: what msgspec calls a Type
    match kind:
        case inspect.StructType(fields=fields):
            yield from (field.type for field in fields if field.encode_name == name)
        case inspect.DictType(value_type=inner) if name:
            yield inner
        case inspect.ListType(item_type=inner) | inspect.VarTupleType(item_type=inner) if not name:
            yield inner
