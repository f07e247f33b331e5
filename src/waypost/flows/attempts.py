"""Attempts to deliver an event: how they went, what was sent in each, and how a receiver checks the signatures."""

from waypost.flows.parcels import Parcel, batch_id
from waypost.lib.clock import at
from waypost.lib.durations import told_duration, told_moment
from waypost.model import Attempt
from waypost.ports import StoredDelivery
from waypost.wire.control.deliveries import AttemptView
from waypost.wire.control.evidence import VerifyView, WhyView, payload

_NAME = "webhook"
_GONE = 410
_FIXES = {
    410: "Set the webhook again, to a receiver that is there.",
    401: "Let the receiver take the request, or give the webhook the header that it asks for.",
    403: "Let the receiver take the request, or give the webhook the header that it asks for.",
    404: "Correct the path of the webhook's URL.",
    405: "Let the receiver take POST at this path.",
    413: "Let the receiver take bodies of 3 MB.",
}
_FIX_REDIRECT = "Set the webhook to the URL that the redirect names: redirects are not followed."
_FIX_NO_ANSWER = "Start the receiver, or correct the webhook's URL; deliver it again when that is done."
_FIX_STATUS = "Answer 200 as soon as the body is kept, and work on it afterwards."


def attempt_view(attempt: Attempt, sent: Parcel | None = None) -> AttemptView:
    """Return how an attempt went; with `sent`, also the headers of the request."""
    signed_s = attempt.signed_s
    return AttemptView(
        attempt.number,
        at(attempt.at_ms),
        attempt.elapsed_ms,
        attempt.status,
        payload(attempt.answer),
        headers=dict(attempt.headers) if attempt.headers else None,
        request_headers=None if sent is None or signed_s is None else dict(sent.headers(signed_s, attempt.at_ms)),
        batch=batch_id(attempt.batch[0]) if attempt.batch else None,
    )


def why_not_delivered(delivery: StoredDelivery) -> WhyView | None:
    """Return why an event has not been delivered; None if it has, or was not tried yet."""
    match delivery.state:
        case "cancelled":
            return _why("The place it was to go to is gone.", "Set the webhook again, then deliver it again.")
        case "dropped":
            return _why("A fault rule wants it never told.", "Remove the rule, then deliver it again.")
        case "waiting" | "dead" if delivery.attempts:
            return _failed(delivery, delivery.attempts[-1])
        case "dead":
            return _why("The receiver has said before that it is gone (410).", _FIXES[_GONE])
        case _:
            return None


def verify_views(sent: Parcel, signed_s: int, at_ms: int) -> list[VerifyView]:
    """Return how a receiver checks each signature of an attempt, the one of the platform first."""
    headers = dict(sent.headers(signed_s, at_ms))
    whose = "the app secret of the number" if sent.target.own_secret is None else "the secret of the endpoint"
    return [
        VerifyView(
            header="x-hub-signature-256",
            value=headers["x-hub-signature-256"],
            secret=whose,
            signed="the exact bytes of the body",
            command='printf "sha256=%s\\n" "$(openssl dgst -sha256 -hmac "$SECRET" -r < body | cut -d" " -f1)"',
        ),
        VerifyView(
            header="webhook-signature",
            value=headers["webhook-signature"],
            secret=f"a key made of {whose}: HMAC-SHA256 of the text standardwebhooks under it",
            signed=f"{sent.id}.{signed_s}. and then the exact bytes of the body",
            command=(
                'KEY=$(printf standardwebhooks | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d" " -f1); '
                f'(printf "%s" "{sent.id}.{signed_s}."; cat body) '
                '| openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" -binary | base64 | sed "s/^/v1,/"'
            ),
        ),
    ]


def _failed(delivery: StoredDelivery, last: Attempt) -> WhyView:
    said = (
        f"answered {last.status}"
        if last.status is not None
        else f"gave no answer: {last.answer.decode(errors='replace')}"
    )
    sentence = f"The receiver {said}, in attempt {last.number}."
    if delivery.state == "waiting":
        pause = told_duration(delivery.due_ms - last.at_ms)
        sentence += f" The next attempt is at {told_moment(delivery.due_ms)}, {pause} after this one."
    elif last.status == _GONE:
        sentence += " 410 means that it is gone for good, so nothing more is sent there."
    elif delivery.due_ms > last.at_ms:  # an attempt was due after the last: it found the receiver disabled
        return _why(f"{sentence} Before the next it said, to another update, that it is gone (410).", _FIXES[_GONE])
    else:
        sentence += f" It was given up {told_duration(last.at_ms - delivery.first_ms)} after the first was due."
    return _why(sentence, _fix(last.status))


def _fix(status: int | None) -> str:
    if status is None:
        return _FIX_NO_ANSWER
    return _FIXES.get(status, _FIX_REDIRECT if 300 <= status < 400 else _FIX_STATUS)


def _why(sentence: str, fix: str) -> WhyView:
    return WhyView(sentence, fix, None, None, _NAME, None)
