"""Findings: what was found out about a message on its way, to explain later why it went as it did."""

from typing import Literal

from msgspec import Struct

from waypost.errors import Fact, Fault, Subject
from waypost.lib.hops import Hop

Verdict = Literal["passed", "failed", "waited"]


class Finding(Struct, frozen=True, omit_defaults=True):
    """What a rule decided about a message at a moment, and the facts it used; it is stored as JSON."""

    at_ms: int
    subject: Subject
    verdict: Verdict
    sentence: str
    facts: dict[str, Fact] = {}
    hops: tuple[Hop, ...] = ()
    """Of a link: every request on its way."""


def finding_of(fault: Fault, at_ms: int) -> Finding | None:
    """Return what a fault follows from; None if it says all there is to say."""
    cause = fault.cause
    return Finding(at_ms, cause.subject, "failed", cause.sentence, dict(cause.facts)) if cause else None
