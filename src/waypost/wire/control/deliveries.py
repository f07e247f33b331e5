"""Events on their way to webhooks."""

from datetime import datetime

from msgspec import Struct

from waypost.wire.control.base import Dialect
from waypost.wire.control.evidence import Payload, VerifyView, WhyView


class AttemptView(Struct):
    """How one attempt to call a webhook went; without a `status`, `answer` says in words why there was none.

    `request_headers` are those that were sent, shown with a single delivery; what the operator has set is left out.
    `headers` are the answer's, kept where the attempt failed. `batch` names the call that it shared with others.
    """

    number: int
    at: datetime
    elapsed_ms: int
    status: int | None
    answer: Payload
    headers: dict[str, str] | None = None
    request_headers: dict[str, str] | None = None
    batch: str | None = None


class DeliveryView(Struct):
    """One event on its way to one webhook; `endpoint` is null for the callback that the platform's settings choose.

    `why` says of one that failed so far, or for good, what the receiver did and what comes next. `wa_id` is the user's
    whose message it is about; null if it is about none.
    """

    id: str
    message_id: str
    phone_number_id: str
    wa_id: str | None
    kind: str
    status: str | None
    state: str
    at: datetime
    due: datetime | None
    event_id: str
    endpoint: str | None
    url: str | None
    attempts: list[AttemptView]
    why: WhyView | None


class BatchView(Struct):
    """A call that told several updates at once: its `webhook-id`, their deliveries in order, and its exact bytes.

    `body` is null if one of the others is stored no more.
    """

    id: str
    deliveries: list[str]
    body: Payload | None


class DeliveryDetail(DeliveryView):
    """The same with the bytes: `body` as this number gets them, `bodies` in each dialect (null: not told there).

    `headers` are those that do not change from one attempt to the next; `verify` says how to check the signatures.
    If the last attempt was a batch, all three are that batch's; `bodies` tell this event alone. `batches`: those that
    attempts name.
    """

    dialect: Dialect
    headers: dict[str, str]
    body: Payload | None
    bodies: dict[str, Payload | None]
    verify: list[VerifyView]
    batches: list[BatchView]
