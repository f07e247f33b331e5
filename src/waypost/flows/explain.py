"""Explain: why things are as they are, from what was recorded when it happened and from what is stored anyway.

What only its moment knew (a closed window, the hops of a link, the fault rule that struck) was kept with the message.
The rest is worked out here, and only if somebody asks: a message that goes well pays for nothing.
"""

from collections.abc import AsyncIterator, Callable

from msgspec import Struct

from waypost.errors import Fact
from waypost.flows.directory import Directory
from waypost.flows.media_findings import stored_file_finding
from waypost.lib.clock import at
from waypost.model import FailedSend, Finding, MessageKey, Number, Phone, Status, Verdict
from waypost.ports import Holds, Records, StoredMessage
from waypost.rules import rates, window
from waypost.rules.media import kind_in
from waypost.rules.tiers import limit_of
from waypost.wire.canonical import stored_content
from waypost.wire.control.evidence import AnswerView, ExchangeView, FindingView, HopView, WhyView, payload, why_view
from waypost.wire.definitions import read_components, variables
from waypost.wire.exchanges import exchange
from waypost.wire.messages.template import Template as SentTemplate

_ORDERED = {
    "fault_rule": "Nothing, if a test wanted it so; else take the rule back and send again.",
    "magic": "Nothing, if a test wanted it so; else send to another number.",
}
"""What to do about a failure that somebody ordered, by the fact that shows who did."""
_HERE = {
    "denied": "Links may lead to public addresses only: let the server reach this one with `--fetch-allow`, such as "
    "`--fetch-allow 127.0.0.0/8`, or upload the file and send its id.",
    "blocked": "Switch off `Has blocked the business` in the settings of the user's phone, and send again. "
    "In production: reach the user in another way; trying again is no help.",
}
"""What to do where more is known than the error says, by the fact that is true then."""


class Explain(Struct, frozen=True):
    """The flow, with the ports it uses."""

    records: Records
    holds: Holds
    directory: Directory
    phone_of: Callable[[str], Phone]
    relaxed: bool
    """Whether windows and rates are lifted."""

    async def findings(self, message: StoredMessage, sends: list[FailedSend]) -> list[FindingView]:
        """Return what was decided about a message that was sent, oldest first; nothing of one that came in."""
        number = self.directory.number(message.number_id)
        if message.received or number is None:
            return []
        kept = await self.records.findings_of(message.key)
        known = {finding.subject for finding in kept}
        derived = [finding async for finding in self._derived(message, number) if finding.subject not in known]
        derived += [_put_off(send) for send in sends]
        if message.problem is not None and all(finding.verdict != "failed" for finding in (*kept, *derived)):
            said = message.problem_details or message.problem
            derived.append(Finding(message.at_ms, "rule", "failed", said, {"problem": message.problem}))
        shown = [_view(finding, recorded=True) for finding in kept]
        shown += [_view(finding, recorded=False) for finding in derived]
        return sorted(shown, key=lambda finding: finding.at)

    def why(self, message: StoredMessage, findings: list[FindingView]) -> WhyView | None:
        """Return why a message failed; None if it did not."""
        if message.problem is None:
            return None
        failed = next((finding for finding in findings if finding.verdict == "failed"), None)
        why = why_view(message.problem, failed.sentence if failed else message.problem_details or "")
        facts = failed.facts if failed is not None else {}
        why.fix = next((fix for fact, fix in _HERE.items() if facts.get(fact) is True), why.fix)
        for fact, fix in _ORDERED.items():
            if fact in facts:
                why.fix = f"{fix} In production: {why.fix}"
        return why

    def exchange(self, message: StoredMessage) -> ExchangeView | None:
        """Return the request that a message came with, and its answer; None for what a user wrote."""
        number = self.directory.number(message.number_id)
        found = None if message.received or number is None else exchange(message, number)
        if found is None:
            return None
        told = {"content-type": "application/json", "content-length": str(len(found.answer))}
        answer = AnswerView(found.status, told, payload(found.answer))
        headers, assumed = dict(found.headers), list(found.assumed)
        return ExchangeView("POST", found.path, headers, payload(message.raw), answer, assumed)

    async def _derived(self, message: StoredMessage, number: Number) -> AsyncIterator[Finding]:
        """Yield the findings that follow from what is stored, in the order in which the rules are checked."""
        content = stored_content(message.kind, message.body)
        yield self._rate(message, number)
        if (about_window := await self._window(message, number)) is not None:
            yield about_window
        if isinstance(content, SentTemplate):
            async for finding in self._template(message, number, content):
                yield finding
        for wanted, key in zip(content.media(), (message.media_key, *message.more_media), strict=False):
            medium = await self.records.medium(key) if key else None
            if medium is not None:
                yield stored_file_finding(message.dialect, kind_in(message.kind, wanted), medium, message.at_ms)
        if (about_recipient := self._recipient(message)) is not None:
            yield about_recipient

    def _rate(self, message: StoredMessage, number: Number) -> Finding:
        per_second, pair = number.standing.throughput, rates.PAIR
        seconds = pair.interval_us // 1_000_000
        facts: dict[str, Fact] = {"per_second": per_second, "burst_to_user": pair.burst, "seconds_to_user": seconds}
        if self.relaxed:
            sentence = "Rates are not kept here (rules = relaxed)."
        else:
            sentence = (
                f"It was among the {per_second} messages a second that the number may send, and among the one in "
                f"{seconds} s, after a burst of {pair.burst}, that one user may be sent."
            )
        return Finding(message.at_ms, "rate", "passed", sentence, facts | {"enforced": not self.relaxed})

    async def _window(self, message: StoredMessage, number: Number) -> Finding | None:
        """Return whether the window was open when the message came; None if it was closed: then the failure says so."""
        if message.kind == "template":
            return Finding(message.at_ms, "window", "passed", "A template needs no open window.", {"needed": False})
        if self.relaxed:
            sentence = "Windows are not kept here (rules = relaxed)."
            return Finding(message.at_ms, "window", "passed", sentence, {"enforced": False})
        last_ms = await self.records.last_inbound_before(number.id, message.wa_id, message.key)
        if last_ms is None or not window.is_open(last_ms, message.at_ms):
            return None
        return Finding(message.at_ms, "window", "passed", *window.told_open(message.wa_id, last_ms, message.at_ms))

    async def _template(self, message: StoredMessage, number: Number, sent: SentTemplate) -> AsyncIterator[Finding]:
        """Yield what is known of the template that a message names, and of whom it may go to."""
        language = sent.language.code
        template = self.directory.template(number.waba_id, sent.name, language)
        facts: dict[str, Fact] = {"template": sent.name, "language": language, "found": template is not None}
        if template is None:
            sentence = f"The template {sent.name} is not there in {language} any more."
            yield Finding(message.at_ms, "template", "passed", sentence, facts)
            return
        wanted = sum(len(variables(part.text)) for part in read_components(template.components))
        given = sum(len(component.parameters or ()) for component in sent.components or ())
        facts |= {"status": template.status, "category": template.category, "variables": wanted, "parameters": given}
        sentence = f"The template {sent.name} in {language} is {template.status}, and its parameters fit."
        yield Finding(message.at_ms, "template", "passed", sentence, facts)
        held = await self.holds.held(template.id, MessageKey(message.key - 1), 1)
        if held and held[0].key == message.key:
            sentence = f"The template {sent.name} holds it back until its quality is known, or somebody decides."
            yield Finding(message.at_ms, "template", "waited", sentence, {"template": sent.name})
        if (limit := limit_of(number.standing.tier)) is not None and message.problem is None:
            facts = {"tier": number.standing.tier, "limit": limit}
            sentence = (
                f"It was among the {limit} users outside their windows whom the account may write to in 24 hours."
            )
            yield Finding(message.at_ms, "limits", "passed", sentence, facts)

    def _recipient(self, message: StoredMessage) -> Finding | None:
        """Return what is known of the user's phone, as it is now."""
        if message.status is None or message.status in (Status.ACCEPTED, Status.FAILED):
            return None
        phone = self.phone_of(message.wa_id)
        facts: dict[str, Fact] = {"on_whatsapp": phone.on_whatsapp, "blocked": phone.blocked, "online": phone.online}
        if message.status >= Status.DELIVERED or message.kind == "reaction":
            return Finding(message.at_ms, "recipient", "passed", f"It reached the phone of {message.wa_id}.", facts)
        why = "is offline" if not phone.online else "has not got it yet"
        return Finding(message.at_ms, "recipient", "waited", f"The phone of {message.wa_id} {why}.", facts)


def _put_off(send: FailedSend) -> Finding:
    verdict: Verdict = "failed" if send.outcome == "refused" else "waited"
    sentence = f"Attempt {send.number} to hand it to the network ended with: {send.why}."
    return Finding(send.at_ms, "limits", verdict, sentence, {"attempt": send.number, "outcome": send.outcome})


def _view(finding: Finding, *, recorded: bool) -> FindingView:
    hops = [HopView(hop.url, hop.status, hop.headers, hop.note) for hop in finding.hops]
    return FindingView(
        at(finding.at_ms), finding.subject, finding.verdict, finding.sentence, finding.facts, hops, recorded
    )
