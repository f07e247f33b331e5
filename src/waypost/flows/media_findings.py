"""Findings about media: what a file was found to be, against which limit, and how its link was fetched.

They are kept with the message, for whoever asks later why it went as it did.
"""

from waypost.errors import Fact, Fault
from waypost.lib.durations import told_duration, told_moment
from waypost.lib.fetching import Fetched
from waypost.lib.file_facts import MediaFacts
from waypost.lib.hops import Hop
from waypost.lib.image_headers import ImageFacts
from waypost.lib.vetting import DENIED, NotFetched
from waypost.model import Dialect, Finding, Medium
from waypost.rules import media as media_rules


def stored_file_finding(dialect: Dialect, kind: media_rules.MediaKind, medium: Medium, at_ms: int) -> Finding:
    """Return whether a message may carry a file that is stored already, and why."""
    fault = media_rules.check_stored(dialect, kind, medium)
    most = media_rules.limit_for(dialect, kind)
    facts: dict[str, Fact] = {
        "as": kind, "type": medium.mime, "size": medium.size, "limit": most, "animated": medium.animated,
        "source": medium.source, "damage": medium.damage,
    }  # fmt: skip
    told = f"The file is {medium.mime} with {medium.size:,} bytes; {kind} may have {most:,}."
    return Finding(at_ms, "media", "failed" if fault else "passed", fault.details if fault else told, facts)


def new_file_finding(
    dialect: Dialect, kind: media_rules.MediaKind, facts: MediaFacts, fault: Fault | None, at_ms: int
) -> Finding:
    """Return whether a message may carry a file that was just fetched: what it is, and the fault if not."""
    seen: dict[str, Fact] = {
        "as": kind, "declared": facts.declared_text or None, "found": facts.sniffed.mime, "size": facts.size,
        "limit": media_rules.limit_for(dialect, kind),
    }  # fmt: skip
    image = facts.image
    if isinstance(image, ImageFacts):
        seen |= {"width": image.width, "height": image.height, "animated": image.animated}
    elif image is not None:
        seen["damage"] = image.reason
    told = f"The file is {facts.sniffed.mime or 'of no known type'} with {facts.size:,} bytes, and is taken as {kind}."
    return Finding(at_ms, "media", "failed" if fault else "passed", fault.details if fault else told, seen)


def link_finding(
    hops: tuple[Hop, ...], outcome: Fetched | NotFetched, *, took_ms: int, authorized: bool, at_ms: int
) -> Finding:
    """Return how a link was fetched, or why it could not be used."""
    size = outcome.size if isinstance(outcome, Fetched) else None
    facts: dict[str, Fact] = {"requests": len(hops), "size": size, "took_ms": took_ms}
    if isinstance(outcome, NotFetched) and outcome.reason == DENIED:
        facts["denied"] = True
    if authorized:
        facts["authorization"] = "<hidden>"
    if isinstance(outcome, Fetched):
        sentence = f"The link was fetched in {took_ms} ms: {outcome.size:,} bytes in {_requests(hops)}."
        return Finding(at_ms, "link", "passed", sentence, facts, hops)
    after = f" after {_requests(hops)}" if len(hops) > 1 else ""
    return Finding(at_ms, "link", "failed", f"The link could not be used{after}: it {outcome.reason}.", facts, hops)


def reused_link_finding(link: str, fetched_ms: int, now_ms: int) -> Finding:
    """Return that a link was not fetched, because its file was still there from another message."""
    age = told_duration(now_ms - fetched_ms)
    sentence = f"The link was not fetched anew: its file had come {age} before, for another message."
    return Finding(now_ms, "link", "passed", sentence, {"link": link, "fetched": told_moment(fetched_ms)})


def _requests(hops: tuple[Hop, ...]) -> str:
    return "1 request" if len(hops) == 1 else f"{len(hops)} requests"
