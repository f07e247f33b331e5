"""Review: what becomes of a template after its owner has written it, and who is told.

A review decides at the platform time that stands in the template's row, so that it happens after a restart too. What
only people or statistics would decide (a pause, a ban, another quality) an operator orders.

# spec: cloud-api.md#10, cloud-api.md#13.1
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial

from msgspec import Struct, field
from msgspec.structs import replace

from waypost.errors import Refusal
from waypost.errors.callers import UNKNOWN_OBJECT
from waypost.flows.directory import Directory
from waypost.flows.pacing import Pacing
from waypost.flows.receive import Receive
from waypost.lib.clock import Clock, at
from waypost.model import Template
from waypost.ports import Schedule
from waypost.rules import template_review
from waypost.wire.definitions import read_components
from waypost.wire.events import templates as wire
from waypost.wire.events.templates import TemplateEvent
from waypost.wire.facts import Quality

_BACK_IN_USE = ("REINSTATED", "UNARCHIVED")
_TELLING_MS = 2_000  # in which the process that has decided has told it, unless it is gone
_LOW_QUALITY = "The template is {} because of low quality."


class Order(Struct, frozen=True):
    """An event, and why."""

    event: TemplateEvent
    reason: str = "NONE"
    info: Mapping[str, dict[str, str]] = field(default_factory=dict)


class Review:
    """The flow, with what it uses; one change of a template at a time."""

    def __init__(
        self, directory: Directory, receive: Receive, pacing: Pacing, *, clock: Clock, timers: Schedule, delay_ms: int
    ) -> None:
        self.pacing = pacing
        self.alone = asyncio.Lock()
        """Held by whoever changes a template."""
        self._directory = directory
        self._receive = receive
        self._clock = clock
        self._timers = timers
        self._delay_ms = delay_ms
        self._ready: list[int] = []
        self._awaited: set[tuple[int, int | None] | None] = set()  # templates of any process, with their moments
        self._something_ready = asyncio.Event()

    def load(self, *, late_ms: int = 0) -> None:
        """Go on with the reviews that have not decided; `late_ms` later if another process may be there to do it."""
        for template in self._directory.all_templates():
            awaited = template.id, template.review_ms
            if template.review_ms is not None and awaited not in self._awaited:
                self._awaited.add(awaited)
                self._timers.at(template.review_ms + late_ms, partial(self._is_due, template.id, awaited))

    def due_ms(self) -> int:
        """Return when the review of a template that comes in now decides."""
        return self._clock.now_ms() + self._delay_ms

    def await_decision(self, template: Template) -> None:
        """Let the review decide at the time that the template's row says."""
        if template.review_ms is not None:
            self._timers.at(template.review_ms, partial(self._is_due, template.id, None))

    async def due(self) -> list[int]:
        """Wait until a review is to decide, and return the templates that it is about."""
        while not self._ready:
            self._something_ready.clear()
            await self._something_ready.wait()
        ready, self._ready = self._ready, []
        return ready

    async def decide(self, template_ids: Sequence[int]) -> None:
        """Decide on templates; those that were decided on, changed or deleted meanwhile are left alone."""
        for template_id in template_ids:
            async with self.alone:
                template = self._directory.template_by_id(template_id)
                if template is not None and _is_due(template, self._clock.now_ms()):
                    with suppress(Refusal):  # another process has deleted it meanwhile
                        await self._judge(template)

    async def order(self, template: Template, order: Order) -> Template:
        """Let an event happen to a template, and tell its subscribers; the change is durable on return."""
        async with self.alone:
            while True:
                now = self._now(template)
                changed = self._after(now, order, review_ms=None)
                if await self._kept(now, changed, order):
                    return await self._told(now, changed, order)

    async def rate(self, template: Template, quality: Quality) -> Template:
        """Give a template another quality; a high one ends its pacing."""
        async with self.alone:
            now_ms = self._clock.now_ms()
            before, changed = await self._change(template, lambda now: replace(now, quality=quality, quality_ms=now_ms))
            if quality != before.quality:
                await self.tell(changed, wire.QUALITY, wire.quality_update(changed, before.quality, quality))
            if quality == "GREEN":
                await self.pacing.end(changed.id)
            return changed

    async def file_under(self, template: Template, category: str) -> Template:
        """Give a template another category."""
        async with self.alone:
            return await self._file_under(template, category)

    async def tell(self, template: Template, field: str, value: bytes) -> None:
        """Tell every subscriber of the template's account, each once.

        # spec: cloud-api.md#10: these fields go to the app, whatever a number's override says
        """
        numbers = self._directory.of_account(template.waba_id)
        for number in {number.webhook.url: number for number in numbers if number.webhook}.values():
            await self._receive.notice(number, field, value)

    async def _judge(self, template: Template) -> None:
        match template_review.decide(
            read_components(template.components), template.category, may_change_category=template.may_change_category
        ):
            case template_review.Approved(category):
                if category != template.category:
                    template = await self._file_under(template, category)
                await self._decided(template, Order("APPROVED"))
            case template_review.Rejected(reason, explanation, recommendation):
                info = {"reason": explanation, "recommendation": recommendation}
                await self._decided(
                    template, Order("REJECTED", reason, {"rejection_info": info} if explanation else {})
                )

    async def _decided(self, template: Template, order: Order) -> None:
        """Make the change, tell it, and only then note that the review is over; nothing if it was changed meanwhile.

        So after a crash in between it is told twice, and never not at all; by whoever finds it undone a moment later.
        """
        changed = self._after(template, order, review_ms=self._clock.now_ms() + _TELLING_MS)
        if await self._kept(template, changed, order):
            await self._told(template, changed, order)
            await self._directory.change_template(
                template.id, lambda now: replace(now, review_ms=None) if now.review_ms == changed.review_ms else now
            )

    def _after(self, template: Template, order: Order, *, review_ms: int | None) -> Template:
        return replace(
            template,
            status="APPROVED" if order.event in _BACK_IN_USE else order.event,
            rejected_reason=order.reason if order.event == "REJECTED" else "NONE",
            pauses=template.pauses + (order.event == "PAUSED"),
            changed_ms=self._clock.now_ms(),
            review_ms=review_ms,
        )

    async def _kept(self, template: Template, changed: Template, order: Order) -> bool:
        """Keep what an event makes of a template; False if it is not stored as it was here, and was read anew."""
        if order.event == "DELETED":
            await self._directory.delete_template(template)
            return True
        await self.pacing.approved(template, changed)  # first: nothing slips through
        return await self._directory.replace_template(template, changed)

    async def _told(self, template: Template, changed: Template, order: Order) -> Template:
        await self.pacing.withdrawn(changed)
        info = dict(order.info or self._info(template, changed, order))
        await self.tell(changed, wire.STATUS, wire.status_update(changed, order.event, order.reason, info))
        return changed

    async def _file_under(self, template: Template, category: str) -> Template:
        before, changed = await self._change(
            template, lambda now: replace(now, category=category, previous_category=now.category)
        )
        if category != before.category:
            await self.tell(changed, wire.CATEGORY, wire.category_update(changed, before.category, category))
        return changed

    async def _change(self, template: Template, change: Callable[[Template], Template]) -> tuple[Template, Template]:
        """Return a template as it was and as a change has made it. Raises Refusal if it was deleted."""
        done = await self._directory.change_template(template.id, change)
        if done is None:
            raise _gone(template)
        return done

    def _info(self, before: Template, after: Template, order: Order) -> dict[str, dict[str, str]]:
        """Return the further members of the webhook for an event.

        # spec: samples/cloud/hook_template_status_paused.json
        """
        if order.event == "PAUSED":
            title = "FIRST_PAUSE" if after.pauses == 1 else "SECOND_PAUSE"
            return {"other_info": {"title": title, "description": _LOW_QUALITY.format("paused")}}
        if order.event == "DISABLED":
            info = {"title": "DISABLED", "description": _LOW_QUALITY.format("disabled")}
            return {"disable_info": {"disable_date": at(after.changed_ms).date().isoformat()}, "other_info": info}
        if before.status == "PAUSED" and after.status == "APPROVED":
            return {"other_info": {"title": "UNPAUSE", "description": "The template may be sent again."}}
        return {}

    def _now(self, template: Template) -> Template:
        """Return a template as it is by now. Raises Refusal if it was deleted."""
        found = self._directory.template_by_id(template.id)
        if found is None:
            raise _gone(template)
        return found

    def _is_due(self, template_id: int, awaited: tuple[int, int | None] | None) -> None:
        self._awaited.discard(awaited)
        self._ready.append(template_id)
        self._something_ready.set()


def _gone(template: Template) -> Refusal:
    return Refusal(UNKNOWN_OBJECT, f"There is no template {template.id}.")


def _is_due(template: Template, now_ms: int) -> bool:
    return template.review_ms is not None and template.review_ms <= now_ms
