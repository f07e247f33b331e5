"""Inspect deliveries: what webhooks were told and will be told, for the console, the control API and the command line.

Nothing here changes anything. What was sent to a webhook is written anew from its event: the same event gives the
same bytes, so they need not be stored.
"""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct

from waypost.flows.attempts import attempt_view, verify_views, why_not_delivered
from waypost.flows.batches import Batch, batches_of, delivery_id
from waypost.flows.directory import Directory
from waypost.flows.parcels import USER_AGENT, Parcel, batch_id, event_id, target_of
from waypost.lib import ids, signing
from waypost.lib.clock import at
from waypost.model import EventKey
from waypost.ports import Records, StoredDelivery
from waypost.wire.control.deliveries import DeliveryDetail, DeliveryView
from waypost.wire.control.evidence import payload
from waypost.wire.renderings import RENDERERS

_MOST_DIGITS = 18  # of a key


class InspectDeliveries(Struct, frozen=True):
    """The flow, with the ports it uses."""

    records: Records
    directory: Directory

    async def views(self, found: Sequence[StoredDelivery]) -> list[DeliveryView]:
        """Return deliveries as lists show them."""
        return [await self.view(delivery) for delivery in found]

    async def view(self, delivery: StoredDelivery) -> DeliveryView:
        """Return a delivery as lists show it."""
        event = delivery.event
        about = await self.records.message(event.message_key)
        message_id = ids.wamid(about.key, about.tag, about.wa_id, received=about.received) if about else ""
        target = target_of(self.directory.number(event.number_id), event.kind, delivery.endpoint)
        return DeliveryView(
            delivery_id(delivery.key, delivery.event),
            message_id,
            phone_number_id=str(event.number_id),
            wa_id=about.wa_id if about else None,
            kind=event.kind,
            status=event.status.word if event.status is not None else None,
            state=delivery.state,
            at=at(event.at_ms),
            due=at(delivery.due_ms) if delivery.state == "waiting" else None,
            event_id=event_id(event),
            endpoint=delivery.endpoint or None,
            url=target.webhook.url if target else None,
            attempts=[attempt_view(attempt) for attempt in delivery.attempts],
            why=why_not_delivered(delivery),
        )

    async def detail(self, delivery_id: str) -> DeliveryDetail | None:
        """Return a delivery with the bytes that were or would be sent; None if there is none."""
        key = delivery_key(delivery_id)
        found = await self.records.delivery(key) if key is not None else None
        number = self.directory.number(found.event.number_id) if found else None
        if found is None or number is None:
            return None
        bodies = {name: render(found.event, number) for name, render in RENDERERS.items()}
        target = target_of(number, found.event.kind, found.endpoint)
        dialect = target.dialect if target else number.callback_dialect
        body = bodies[dialect]
        detail = DeliveryDetail(
            **msgspec.structs.asdict(await self.view(found)),
            dialect=dialect,
            headers=_lasting_headers(event_id(found.event), (target and target.own_secret) or number.app_secret, body),
            body=None if body is None else payload(body),
            bodies={name: None if bytes_ is None else payload(bytes_) for name, bytes_ in bodies.items()},
            verify=[],
            batches=[],
        )
        if body is not None and target is not None:
            alone = Parcel(event_id(found.event), body, target)
            _show_sent(detail, found, alone, await batches_of(self.records, found, target))
        return detail


def delivery_key(delivery_id: str) -> EventKey | None:
    """Return the key that a delivery's id names: `evt_` or `dlv_` and digits, or the digits alone."""
    key = ids.parse_digits(delivery_id.removeprefix("evt_").removeprefix("dlv_"), _MOST_DIGITS)
    return EventKey(key) if key is not None else None


def _show_sent(detail: DeliveryDetail, found: StoredDelivery, alone: Parcel, batches: Mapping[str, Batch]) -> None:
    """Add the headers of each attempt; `body`, `headers` and `verify` are those of the last one."""
    parcels = [batches[batch_id(each.batch[0])].sent if each.batch else alone for each in found.attempts]
    detail.attempts = [attempt_view(*each) for each in zip(found.attempts, parcels, strict=True)]
    detail.batches = [batch.view for batch in batches.values()]
    last = parcels[-1] if parcels else alone
    if last is None:
        return  # nobody can say what it was
    if last is not alone:
        detail.body = payload(last.body)
        detail.headers = _headers(last)
    made = [(each.signed_s, each.at_ms) for each in found.attempts if each.signed_s is not None]
    detail.verify = verify_views(last, *(made[-1] if made else (found.event.at_ms // 1000, found.event.at_ms)))


def _headers(sent: Parcel) -> dict[str, str]:
    """Return the headers that are the same in every attempt, without those that the operator set."""
    return _lasting_headers(sent.id, sent.target.own_secret or sent.target.number.app_secret, sent.body)


def _lasting_headers(webhook_id: str, secret: str, body: bytes | None) -> dict[str, str]:
    if body is None:
        return {}
    return {
        "content-type": "application/json",
        "user-agent": USER_AGENT,
        "x-hub-signature-256": signing.hub_signature(secret, body),
        "webhook-id": webhook_id,
    }
