"""Changes: requests whose members may all be left out; what is left out stays as it is."""

from typing import Any, TypeVar

from msgspec import UNSET, Struct, structs

Thing = TypeVar("Thing", bound=Struct)


def given(change: Struct) -> dict[str, Any]:  # Any: the members' own types
    """Return the members that a request has, those that are null included."""
    return {name: value for name, value in structs.asdict(change).items() if value is not UNSET}


def changed(thing: Thing, change: Struct) -> Thing:
    """Return `thing` with the members of `change` that were given; what `thing` does not have is ignored."""
    return structs.replace(thing, **{name: value for name, value in given(change).items() if hasattr(thing, name)})
