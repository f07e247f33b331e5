"""The arrays that statements over many rows take, known beforehand: else each connection asks the server about them.

asyncpg knows only arrays of text by itself. What it asks about others costs the server more than all else of a start.
"""

import contextlib
from typing import Any

# Numbers of types that PostgreSQL itself has; they are the same on every server.
_TYPES = {
    "bool": (1000, 16), "bytea": (1001, 17), "int2": (1005, 21), "int4": (1007, 23), "int8": (1016, 20),
    "float8": (1022, 701),
}  # fmt: skip
"""Arrays and their elements."""


async def know_arrays(connection: Any) -> None:  # Any: asyncpg has no types
    """Tell a new connection what it would ask; an asyncpg that cannot be told asks."""
    with contextlib.suppress(AttributeError, KeyError, TypeError):
        session = connection._protocol.get_settings()  # noqa: SLF001 - it offers no other way
        session.register_data_types([_array(name) for name in _TYPES])


def _array(name: str) -> dict[str, Any]:
    """Return an array type as asyncpg reads it from the server."""
    oid, element = _TYPES[name]
    return {
        "oid": oid, "ns": "pg_catalog", "name": f"_{name}", "kind": b"b", "basetype": None, "elemtype": element,
        "elemdelim": b",", "range_subtype": None, "attrtypoids": None, "attrnames": None, "depth": 0,
        "basetype_name": None, "elemtype_name": name, "range_subtype_name": None,
    }  # fmt: skip
