"""The webhook in a test: where events go, what was told, and trouble on the receiver's side."""

from collections.abc import Callable, Sequence
from typing import Any

from waypost.testing.control import Control
from waypost.testing.events import Call, Event
from waypost.testing.messages import Message, Written, id_of
from waypost.testing.receiver import Receiver
from waypost.testing.waiting import look_until


class Webhooks:
    """The webhook of the number.

    The kit's own receiver always listens: alone at first, and beside the program under test once `to` has named that.
    """

    def __init__(self, control: Control, receiver: Receiver, *, number: str, within: float) -> None:
        self._control = control
        self._receiver = receiver
        self._number = f"/numbers/{number}"
        self._within = within

    @property
    def own_url(self) -> str:
        """Where the kit's own receiver listens."""
        return self._receiver.url

    def to(self, url: str, *, verify_token: str | None = None) -> None:
        """Send the number's events to a program; with a `verify_token` it is asked for the challenge first.

        Raises ControlError if the handshake fails.
        """
        webhook = {"url": url} | ({"verify_token": verify_token} if verify_token is not None else {})
        self._control.call("PUT", self._number, {"webhook": webhook})
        further = self._control.get(f"{self._number}/webhooks")["webhooks"]
        if url != self.own_url and not any(each["url"] == self.own_url for each in further):
            self._control.call("POST", f"{self._number}/webhooks", {"url": self.own_url})

    @property
    def calls(self) -> list[Call]:
        """The calls that the kit's own receiver got, with their exact bytes."""
        return self._receiver.calls

    def received(self, at_least: int = 0, *, within: float | None = None) -> list[Event]:
        """Return every update that the webhook was told, in order, repeats included.

        With `at_least` it waits until there are so many; a batch is one call with several of them.
        """
        __tracebackhide__ = True
        if look_until(lambda: len(self._events()) >= at_least or None, self._seconds(within)):
            return self._events()
        raise AssertionError(self._failure(f"The webhook was told fewer than {at_least} updates."))

    def expect_message(
        self,
        text: str | None = None,
        *,
        type: str | None = None,  # noqa: A002 - WhatsApp's word
        within: float | None = None,
    ) -> Event:
        """Expect that the webhook was told of a user's message, or is told in time."""
        __tracebackhide__ = True
        wish = f"a message{f' of type {type}' if type else ''}{f' with the text {text!r}' if text else ''}"
        return self._expect(wish, within, lambda e: _is_message(e, text, type))

    def expect_status(
        self,
        status: str,
        *,
        of: Message | Written | str | None = None,
        code: int | None = None,
        within: float | None = None,
    ) -> Event:
        """Expect that the webhook was told a status, of one message or of any, with this error code if it is given."""
        __tracebackhide__ = True
        about = id_of(of) if of is not None else None
        wish = f"the status {status}{f' of {about}' if about else ''}{f' with code {code}' if code else ''}"
        return self._expect(wish, within, lambda e: _is_status(e, status, about, code))

    def answer(self, status: int, *, times: int = 1) -> None:
        """Let the kit's own receiver answer so the next `times`, so that it is told again later."""
        self._receiver.answer(status, times)

    def deliveries(self, **narrowed: object) -> list[dict[str, Any]]:  # Any: JSON of the control API
        """Return what the server says of its deliveries, newest first, with each attempt and its answer."""
        found: list[dict[str, Any]] = self._control.get("/webhooks/deliveries", **narrowed)["deliveries"]
        return found

    def redeliver(self, delivery_id: str) -> None:
        """Tell an update again."""
        self._control.call("POST", f"/webhooks/deliveries/{delivery_id}/redeliver")

    def redeliver_all(
        self,
        state: str = "dead",
        *,
        of: Message | Written | str | None = None,
        kind: str | None = None,
        number: str | None = None,
    ) -> int:
        """Tell again what was given up, the oldest first, or what is in another `state`; return how many updates.

        `state` is dead, cancelled, dropped or done, `kind` is status, message or a webhook field. Raises ControlError.
        """
        wish = {"state": state, "message": id_of(of) if of is not None else None, "kind": kind, "number": number}
        return sum(answer["deliveries"] for answer in self._control.steps("/webhooks/deliveries/redeliver", wish))

    def _expect(self, wish: str, within: float | None, fits: Callable[[Event], bool]) -> Event:
        __tracebackhide__ = True
        seconds = self._seconds(within)
        found = look_until(lambda: next(filter(fits, self._events()), None), seconds)
        if found is None:
            raise AssertionError(self._failure(f"The webhook was not told {wish} within {seconds:g} s."))
        return found

    def _events(self) -> list[Event]:
        return [event for call in self._receiver.calls for event in call.events]

    def _seconds(self, within: float | None) -> float:
        return self._within if within is None else within

    def _failure(self, headline: str) -> str:
        lines = ["What it was told:", *map(_line, self._events())] if self._events() else ["It was told nothing."]
        waiting = [each for each in self.deliveries(state="waiting") if each["due"]]
        if waiting:
            lines += [
                "",
                "What waits:",
                *(f"  {each['kind']} {each['status'] or ''} due {each['due']}" for each in waiting),
            ]
        return "\n".join([headline, "", *lines])


def _is_message(event: Event, text: str | None, wanted: str | None) -> bool:
    return event.kind == "message" and text in (None, event.text) and wanted in (None, event.type)


def _is_status(event: Event, status: str, about: str | None, code: int | None) -> bool:
    return (event.kind, event.type) == ("status", status) and about in (None, event.id) and code in (None, event.code)


def _line(event: Event) -> str:
    words: Sequence[object] = (event.kind, event.type, event.phone, repr(event.text) if event.text else "", event.code)
    return "  " + " ".join(str(word) for word in words if word)
