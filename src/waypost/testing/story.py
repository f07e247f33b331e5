"""A failure told so that it can be understood without the server: the conversation, and what became of each message."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from waypost.testing.control import Control
from waypost.testing.messages import Json, Message, clock_of
from waypost.testing.refusals import lines_of
from waypost.testing.wanted import Wanted, named

_TICKS = {
    "accepted": "·",
    "sent": "✓",
    "delivered": "✓✓",
    "read": "✓✓ read",
    "played": "✓✓ played",
    "failed": "✗ failed",
}
_SHOWN_MESSAGES = 200
_TOLD_MESSAGES = 3  # of so many messages the webhooks are told, the newest
_TOLD_REFUSALS = 5  # the newest
_WIDTH = 60
_COMES = ("delivered", "read", "played")


@dataclass(frozen=True, slots=True)
class Story:
    """What is told about one phone; `own_url` is where the kit's own receiver listens."""

    control: Control
    wa_id: str
    name: str
    own_url: str

    def missing(self, wanted: Wanted, within: float, seen: Sequence[Message]) -> str:
        """Tell why a message is missed; `seen` are those that came and were looked at."""
        lines = [
            f"{self._who} got no message that fits within {within:g} s: expected {wanted}.",
            *_closest(wanted, seen),
        ]
        return self._with_facts(lines)

    def unexpected(self, message: Message) -> str:
        """Tell that a message came although none should."""
        return self._with_facts([f"{self._who} should have got no message, but got {_described(message)}."])

    def untapped(self, said: str) -> str:
        """Tell why something could not be tapped."""
        return self._with_facts([f"{self._who} could not tap that: {said}"])

    def of(self, headline: str) -> str:
        """Tell a headline with the conversation and what became of it."""
        return self._with_facts([headline])

    @property
    def _who(self) -> str:
        return f"{self.name} (+{self.wa_id})"

    def _with_facts(self, lines: list[str]) -> str:
        shown = self.control.get("/messages", phone=self.wa_id, limit=_SHOWN_MESSAGES)["messages"][::-1]
        parts = [lines, self._conversation(shown), self._lost(shown), self._refused(), self._told(shown)]
        return "\n\n".join("\n".join(part) for part in parts if part)

    def _conversation(self, shown: Sequence[Json]) -> list[str]:
        if not shown:
            return ["Nobody has written anything yet."]
        written = self.control.get(f"/phones/{self.wa_id}/messages", limit=1000)["written"]
        read = {each["id"] for each in written if each["read"]}
        lines = [_bubble(each, self.name, is_read=each["id"] in read) for each in shown]
        if shown[-1]["direction"] == "inbound":
            lines.append(f"  Nothing was sent to {self.name} after that.")
        return ["The conversation, in platform time:", *lines]

    def _lost(self, shown: Sequence[Json]) -> list[str]:
        """Tell the timeline of each message that was sent and did not come."""
        lost = [each for each in shown if each["direction"] == "outbound" and each["status"] not in _COMES]
        lines = [line for each in lost for line in _timeline(self.control.get(f"/messages/{each['id']}"))]
        return [f"Sent to {self.name}, and did not come:", *lines] if lost else []

    def _refused(self) -> list[str]:
        """Tell which requests the server has refused: they left no message, and a program may keep the answer quiet."""
        newest = self.control.get("/refusals", limit=_TOLD_REFUSALS + 1)["refusals"]
        if not newest:
            return []
        told = newest[:_TOLD_REFUSALS]
        count = sum(each["count"] for each in told)
        head = f"The server refused {count} request{'' if count == 1 else 's'}"
        more = " and more before" if len(newest) > len(told) else ""
        return [f"{head}{more}:", *(line for each in reversed(told) for line in lines_of(each))]

    def _told(self, shown: Sequence[Json]) -> list[str]:
        """Tell what the webhook answered to what the user wrote."""
        written = [each for each in shown if each["direction"] == "inbound"][-_TOLD_MESSAGES:]
        details = [self.control.get(f"/messages/{each['id']}") for each in written]
        lines = [line for each in details for line in self._deliveries(each)]
        return [f"What the webhook was told of {self.name}'s messages:", *lines] if lines else []

    def _deliveries(self, detail: Json) -> Iterator[str]:
        about = _short(detail["preview"])
        if not detail["deliveries"]:
            yield f"  {about}: nothing; the number has no webhook"
        for each in detail["deliveries"]:
            is_own = each["url"] == self.own_url
            if is_own and each["endpoint"] is None:
                yield f"  {about}: only the kit's own receiver; waypost.webhooks.to(url) sets your program's"
            elif not is_own:
                yield f"  {about}: {each['url']}, {_attempts(each)}"
                yield from ([f"    {each['why']['sentence']}"] if each["why"] else [])


def _closest(wanted: Wanted, seen: Sequence[Message]) -> list[str]:
    if not seen:
        return []
    nearest = max(seen, key=wanted.nearness)
    return ["", f"The closest was {_described(nearest)}:", *(f"  {line}" for line in wanted.misses(nearest))]


def _described(message: Message) -> str:
    shown = message.text or message.emoji or message.filename or ""
    return f"{named(message.form)} {shown!r} at {clock_of(message.raw['at'])}"


def _bubble(shown: Json, name: str, *, is_read: bool) -> str:
    text = _short(shown["preview"])
    if shown["direction"] == "inbound":
        return f"  {clock_of(shown['at'])}  {name}: {text}{'  ✓✓ read' if is_read else ''}"
    fault = shown["fault"]
    failed = f" ({fault['code']} {fault['title']})" if fault else ""
    ticks = _TICKS.get(shown["status"] or "accepted", str(shown["status"]))
    return f"  {clock_of(shown['at'])}  {' ' * 12}{text}  {ticks}{failed}"


def _timeline(detail: Json) -> Iterator[str]:
    yield f"  {_short(detail['preview'])} ({detail['type']}, {detail['id']})"
    for entry in detail["timeline"]:
        yield f"    {clock_of(entry['at'])}  {entry['event']}{_facts(entry)}"
    yield from _reasons(detail)


def _reasons(detail: Json) -> Iterator[str]:
    """Yield why a message failed or waits, each hop of a link that was not fetched, and what to do."""
    why = detail["why"] or {"sentence": "", "fix": ""}
    for finding in detail["findings"]:
        if finding["verdict"] != "passed" and finding["sentence"] != why["sentence"]:
            yield f"    {finding['subject']}: {finding['sentence']}"
        for hop in finding["hops"]:
            yield f"    asked {hop['url']}: {hop['status'] or hop['note']}"
    if why["sentence"]:
        yield f"    why: {why['sentence']}"
        yield f"    fix: {why['fix']}"


def _facts(entry: Json) -> str:
    fault, attempt, send = entry.get("fault"), entry.get("attempt"), entry.get("send")
    words = [entry.get("status") or ""]
    words += [f"{fault['code']} {fault['title']}"] if fault else []
    words += [_attempt(attempt)] if attempt else []
    words += [send["why"]] if send else []
    return "".join(f" {word}" for word in words if word)


def _attempts(delivery: Json) -> str:
    if not delivery["attempts"]:
        return str(delivery["state"])
    return f"{delivery['state']}; {'; '.join(_attempt(each) for each in delivery['attempts'][-_TOLD_MESSAGES:])}"


def _attempt(attempt: Json) -> str:
    said = _short(attempt["answer"]["text"]) if attempt["answer"]["encoding"] == "utf-8" else "bytes"
    if attempt["status"] is None:
        return f"no answer: {said}"
    return f"answered {attempt['status']} in {attempt['elapsed_ms']} ms{f': {said}' if said else ''}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1]}…"
