"""The steps of a message on its way to a phone: which comes next, and what the business is told of it."""

from waypost.errors import Cause, Fact, Fault
from waypost.errors.outcomes import UNDELIVERABLE, UNDELIVERABLE_TEMPLATE
from waypost.model import MessageKey, Person, Phone, Pricing, Status, StatusUpdate
from waypost.ports import Carried
from waypost.rules import entry
from waypost.rules.pricing import price


def update(carried: Carried, status: Status, phone: Phone, user: Person, now_ms: int) -> StatusUpdate:
    """Return what the business is told of one step; for `read`, `carried.progress` is what came before."""
    if status is Status.FAILED:
        if carried.fault is not None:
            return StatusUpdate(carried.token, status, now_ms, None, fault=carried.fault)
        template = carried.kind == "template"
        why = "is not on WhatsApp" if not phone.on_whatsapp else "does not take messages from this business"
        problem = UNDELIVERABLE_TEMPLATE if template else UNDELIVERABLE
        fault = Fault(problem, f"The recipient {why}.", cause=_unreachable(phone))
        return StatusUpdate(carried.token, status, now_ms, None, fault=fault)
    # spec: cloud-api.md#9 - pricing comes with sent and with one of delivered and read.
    skipped = status is Status.READ and carried.progress is Status.SENT
    priced = status is Status.SENT or status is Status.DELIVERED or skipped
    return StatusUpdate(carried.token, status, now_ms, user, _price(carried) if priced else None)


def _unreachable(phone: Phone) -> Cause:
    why = "is not on WhatsApp" if not phone.on_whatsapp else "has blocked the business"
    facts: dict[str, Fact] = {"on_whatsapp": phone.on_whatsapp, "blocked": phone.blocked, "online": phone.online}
    return Cause("recipient", f"{phone.wa_id} {why}.", facts)


def _price(carried: Carried) -> Pricing:
    until_ms = carried.free_until_ms
    opened = None if until_ms is None else entry.entry_point(carried.number_id, carried.wa_id, until_ms)
    return price(carried.kind, carried.category, window_open=carried.in_window, entry=opened)


def next_step(carried: Carried, progress: Status, phone: Phone) -> Status | None:
    """Return the status that comes next for a message on its way to a phone; None while it must wait.

    # spec: cloud-api.md#3.5 - a reaction is only ever `sent`.
    """
    if progress is Status.ACCEPTED:
        return Status.SENT if phone.on_whatsapp and not phone.blocked and not carried.fault else Status.FAILED
    if progress is Status.SENT and carried.fault:
        return Status.FAILED
    looks_at = phone.chat_open == carried.number_id
    if progress is Status.SENT and phone.online and carried.kind != "reaction":
        # spec: cloud-api.md#9 ("delivered")
        return Status.READ if looks_at and phone.read_receipts else Status.DELIVERED
    if progress is Status.DELIVERED and phone.online and (phone.reads or looks_at):
        return Status.READ
    return None


def noted(carried: Carried) -> tuple[MessageKey, Status, int]:
    """Return what is stored of a message's progress; whatever has nothing more to come counts as read."""
    progress = Status.READ if is_finished(carried) and carried.progress is not Status.FAILED else carried.progress
    return carried.token, progress, carried.due_ms


def is_finished(carried: Carried) -> bool:
    """Return whether nothing comes by itself any more."""
    if carried.kind == "reaction" and carried.progress is Status.SENT:
        return True
    return carried.progress in (Status.READ, Status.FAILED)
