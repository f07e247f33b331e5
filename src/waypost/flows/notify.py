"""Notify: bring one event to the number's subscriber, in the dialect that the number has chosen.

At least once, with the same id and the same bytes in every attempt; in order within one message, because its lane
waits for each event before the next.
"""

from dataclasses import dataclass
from datetime import timedelta

from waypost.flows.directory import Directory
from waypost.lib import backoff, signing
from waypost.lib.clock import Clock
from waypost.lib.log import Log
from waypost.lib.poster import NotPosted, Posted, Poster
from waypost.model import Attempt, Delivery, Event, Number, NumberId, Webhook
from waypost.ports import Store
from waypost.wire import cloud, onprem

USER_AGENT = "waypost/0.1"
_KEPT_ANSWER_BYTES = 1024
_GONE = 410

_log = Log("waypost.notify")


@dataclass(frozen=True, slots=True)
class Notify:
    """The flow, with the ports it uses."""

    store: Store
    directory: Directory
    poster: Poster
    clock: Clock
    timeout: timedelta
    any_2xx: bool
    """Whether every 2xx is success; the platform takes only 200."""

    async def __call__(self, delivery: Delivery) -> int | None:
        """Try once. Return None when the outcome is durable, or the platform time of the next attempt."""
        number = self.directory.number(delivery.event.number_id)
        if number is None or number.webhook is None or number.webhook.disabled:
            await self.store.delivery_dead(delivery.event, None)
            return None
        body = _rendered(delivery.event, number)
        if body is None:  # the dialect has no word for it
            await self.store.delivery_done(delivery.event, None)
            return None
        delivery.attempt += 1
        started = self.clock.monotonic()
        result = await self.poster.post(
            number.webhook.url,
            body,
            self._headers(delivery.event, number, number.webhook, body),
            timeout=self.timeout,
        )
        elapsed_ms = int(1000 * (self.clock.monotonic() - started))
        if isinstance(result, Posted) and result.status == _GONE:
            await self._disable(number.id, number.webhook)
        return await self._note(delivery, number, result, elapsed_ms)

    async def _disable(self, number_id: NumberId, webhook: Webhook) -> None:
        """Take a receiver at its word that it is gone for good."""
        await self.directory.disable_webhook(number_id, webhook)
        _log.warning("webhook.disabled", phone_number_id=number_id)

    def _headers(self, event: Event, number: Number, webhook: Webhook, body: bytes) -> list[tuple[str, str]]:
        return [
            ("content-type", "application/json"),
            ("user-agent", USER_AGENT),
            ("x-hub-signature-256", signing.hub_signature(number.app_secret, body)),
            *signing.standard_headers(
                [signing.standard_key(secret) for secret in number.secrets_at(self.clock.now_ms())],
                body,
                webhook_id=event_id(event),
                timestamp=self.clock.wall_seconds(),
            ),
            *webhook.headers,
        ]

    async def _note(
        self, delivery: Delivery, number: Number, result: Posted | NotPosted, elapsed_ms: int
    ) -> int | None:
        now_ms = self.clock.now_ms()
        attempt = Attempt(
            number=delivery.attempt,
            at_ms=now_ms,
            elapsed_ms=elapsed_ms,
            status=result.status if isinstance(result, Posted) else None,
            answer=result.body[:_KEPT_ANSWER_BYTES] if isinstance(result, Posted) else result.reason.encode(),
        )
        if isinstance(result, Posted) and self._is_success(result.status):
            await self.store.delivery_done(delivery.event, attempt)
            return None
        due_ms = self._due_again(delivery, number, result, now_ms)
        if due_ms is None:
            await self.store.delivery_dead(delivery.event, attempt)
            return None
        delivery.due_ms = due_ms
        await self.store.delivery_retry(delivery, attempt)
        return due_ms

    def _due_again(self, delivery: Delivery, number: Number, result: Posted | NotPosted, now_ms: int) -> int | None:
        if isinstance(result, Posted) and result.status == _GONE:
            return None
        asked = result.retry_after if isinstance(result, Posted) else None
        return backoff.next_attempt(
            _policy(number),
            delivery.attempt,
            first_ms=delivery.first_ms,
            now_ms=now_ms,
            retry_after=backoff.parse_retry_after(asked, wall_seconds=self.clock.wall_seconds()),
        )

    def _is_success(self, status: int) -> bool:
        # spec: cloud-api.md#7.2, on-premises-api.md#11.1
        return status == 200 or (self.any_2xx and 200 <= status < 300)


def event_id(event: Event) -> str:
    """Return the id that is the same in every copy of an event."""
    return f"evt_{event.key}"


def _rendered(event: Event, number: Number) -> bytes | None:
    if number.callback_dialect == "onprem":
        return onprem.render_event(event, number)
    return cloud.render_event(event, number)


def _policy(number: Number) -> backoff.Policy:
    if number.callback_dialect == "onprem":
        return backoff.onprem_webhooks(number.onprem.backoff_step_ms, number.onprem.backoff_max_ms)
    return backoff.CLOUD_WEBHOOKS
