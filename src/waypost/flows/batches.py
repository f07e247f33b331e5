"""Batches: POSTs in which a fault rule had several deliveries told together, rebuilt from what is stored of each."""

from msgspec import Struct

from waypost.flows.parcels import Parcel, Target, batch_id, event_id, rendered
from waypost.model import Attempt, Event, EventKey
from waypost.ports import Records, StoredDelivery
from waypost.wire.control.deliveries import BatchView
from waypost.wire.control.evidence import payload
from waypost.wire.renderings import joined


class Batch(Struct, frozen=True):
    """A batch as it is shown, and what was sent; `sent` is None if one of its events is not stored any more."""

    view: BatchView
    sent: Parcel | None


async def batches_of(records: Records, found: StoredDelivery, target: Target | None) -> dict[str, Batch]:
    """Return the batches in which a delivery was attempted, by their ids."""
    batches: dict[str, Batch] = {}
    for attempt in found.attempts:
        if attempt.batch and (name := batch_id(attempt.batch[0])) not in batches:
            batches[name] = await _batch(records, name, attempt, target)
    return batches


async def _batch(records: Records, name: str, attempt: Attempt, target: Target | None) -> Batch:
    keys = await _members(records, attempt)
    members = await records.told(keys)
    bodies = [rendered(event, target) if target is not None else None for _, event in members]
    told = [body for body in bodies if body is not None]
    whole = target is not None and 1 < len(keys) == len(told)
    sent = Parcel(name, joined(told, target.dialect), target) if whole and target is not None else None
    ids = [delivery_id(key, event) for key, event in members]
    return Batch(BatchView(name, ids, payload(sent.body) if sent else None), sent)


async def _members(records: Records, attempt: Attempt) -> tuple[EventKey, ...]:
    """Return the deliveries of an attempt's batch.

    The first delivery keeps the list; if that is not stored any more, only its own key is returned.
    """
    if len(attempt.batch) > 1:
        return attempt.batch
    first = await records.delivery(attempt.batch[0])
    for each in first.attempts if first is not None else ():
        if (each.number, each.at_ms) == (attempt.number, attempt.at_ms) and len(each.batch) > 1:
            return each.batch
    return attempt.batch


def delivery_id(key: EventKey, event: Event) -> str:
    """Return the id of a delivery: that of its event, or for a further endpoint one of its own."""
    return event_id(event) if key == event.key else f"dlv_{key}"
