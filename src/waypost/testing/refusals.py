"""The requests that the server refused in their answer: no message and no status comes of them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from waypost.testing.control import Control
from waypost.testing.messages import Json, clock_of
from waypost.testing.waiting import look_until

_MOST = 1000


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused request and its answer; what else there is of it is in `raw`.

    The server keeps the last 500 in its memory; `waypost.restore` forgets them.
    """

    raw: Json = field(repr=False)
    status: int
    """The status of the answer, such as 400."""
    code: int
    """The error's code, in the dialect of the answer."""
    name: str
    """The error's name, as the list of errors has it."""
    sentence: str
    """What was wrong, with the values."""
    method: str
    """What was asked, with `path`."""
    path: str
    count: int
    """How many in a row were the same."""

    @property
    def at(self) -> datetime:
        """When it was refused, in platform time; of several the last."""
        return datetime.fromisoformat(self.raw["at"])

    @property
    def fix(self) -> str:
        """What to do about it."""
        return str(self.raw["why"]["fix"])

    @property
    def sent(self) -> Any:  # Any: JSON of three dialects
        """The decoded body; None if there was none, or none that is JSON."""
        return _decoded(self.raw["body"])

    @property
    def answer(self) -> Any:  # Any: JSON of three dialects
        """The decoded answer."""
        return _decoded(self.raw["answer"]["body"])


def refused(control: Control, code: int | str | None = None) -> list[Refusal]:
    """Return what was refused lately, oldest first."""
    shown = control.get("/refusals", limit=_MOST, code=code)["refusals"]
    names = ("status", "code", "name", "sentence", "method", "path", "count")
    return [Refusal(each, **{name: each[name] for name in names}) for each in reversed(shown)]


def expected_refusal(control: Control, code: int | str | None, within: float) -> Refusal:
    """Wait for a request to be refused with this error, or any; return the newest. Raises AssertionError."""
    __tracebackhide__ = True
    found = look_until(lambda: refused(control, code) or None, within)
    if found is None:
        wish = "no request" if code is None else f"no request with {code}"
        raise AssertionError("\n".join([f"The server refused {wish} within {within:g} s.", "", *_others(control)]))
    return found[-1]


def lines_of(refusal: Json) -> Iterator[str]:
    """Tell a refused request: what it was, why it was refused, and what to do."""
    times = f", {refusal['count']} times" if refusal["count"] > 1 else ""
    at = clock_of(refusal["at"])
    asked = f"{refusal['method']} {refusal['path']}"
    yield f"  {at}  {refusal['code']} {refusal['name']}, HTTP {refusal['status']}: {asked}{times}"
    yield f"    why: {refusal['why']['sentence']}"
    yield f"    fix: {refusal['why']['fix']}"


def _others(control: Control) -> list[str]:
    others = refused(control)
    return (
        ["What it refused:", *(line for each in others for line in lines_of(each.raw))]
        if others
        else ["It refused nothing."]
    )


def _decoded(payload: Json | None) -> Any:
    if payload is None or payload["encoding"] != "utf-8":
        return None
    try:
        return json.loads(payload["text"])
    except ValueError:
        return None
