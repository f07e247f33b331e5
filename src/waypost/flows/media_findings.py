"""Findings about media: what a file was found to be, against which limit, and how its link was fetched.

They are kept with the message, for whoever asks later why it went as it did.
"""

from typing import cast

from waypost.errors import Fact, Fault
from waypost.lib.durations import told_duration, told_moment
from waypost.lib.file_facts import MediaFacts
from waypost.lib.hops import Hop
from waypost.lib.image_headers import ImageFacts
from waypost.model import Dialect, Finding, Medium
from waypost.rules import media as media_rules
from waypost.wire.parts import MediaObject


def kind_of(message_kind: str, wanted: MediaObject) -> media_rules.MediaKind:
    """Return which limits apply to a file: those of a template's header, or else of its place in the message."""
    kind = f"header_{wanted.kind}" if message_kind == "template" else wanted.limits()
    return cast("media_rules.MediaKind", kind)  # each kind of a media object has its limits, which a test checks


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


def new_file_facts(kind: media_rules.MediaKind, facts: MediaFacts, most: int) -> dict[str, Fact]:
    """Return the facts of a file that was just fetched: declared and real type, size, limit, and what a picture is."""
    told: dict[str, Fact] = {
        "as": kind, "declared": facts.declared_text or None, "found": facts.sniffed.mime, "size": facts.size,
        "limit": most,
    }  # fmt: skip
    image = facts.image
    if isinstance(image, ImageFacts):
        told |= {"width": image.width, "height": image.height, "animated": image.animated}
    elif image is not None:
        told["damage"] = image.reason
    return told


def new_file_finding(fault: Fault | None, seen: dict[str, Fact], at_ms: int) -> Finding:
    """Return whether a message may carry a file that was just fetched, with the facts about it and the fault if not."""
    told = (
        f"The file is {seen['found'] or 'of no known type'} with {seen['size']:,} bytes, and is taken as {seen['as']}."
    )
    return Finding(at_ms, "media", "failed" if fault else "passed", fault.details if fault else told, seen)


def link_finding(at_ms: int, hops: tuple[Hop, ...], facts: dict[str, Fact], reason: str | None) -> Finding:
    """Return how a link was fetched, or with a `reason` why it could not be used."""
    if reason is None:
        sentence = f"The link was fetched in {facts['took_ms']} ms: {facts['size']:,} bytes in {_requests(hops)}."
        return Finding(at_ms, "link", "passed", sentence, facts, hops)
    after = f" after {_requests(hops)}" if len(hops) > 1 else ""
    sentence = f"The link could not be used{after}: it {reason}."
    return Finding(at_ms, "link", "failed", sentence, facts, hops)


def reused_link_finding(link: str, fetched_ms: int, now_ms: int) -> Finding:
    """Return that a link was not fetched, because its file was still there from another message."""
    age = told_duration(now_ms - fetched_ms)
    sentence = f"The link was not fetched anew: its file had come {age} before, for another message."
    return Finding(now_ms, "link", "passed", sentence, {"link": link, "fetched": told_moment(fetched_ms)})


def _requests(hops: tuple[Hop, ...]) -> str:
    return "1 request" if len(hops) == 1 else f"{len(hops)} requests"
