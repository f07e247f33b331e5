"""The world around the phones: its clock, and the faults that are ordered."""

from datetime import datetime, timedelta
from typing import Any

from waypost.testing.control import Control
from waypost.testing.messages import Json


class Clock:
    """Platform time: windows, timestamps, lifetimes and retries run on it; real time it leaves alone."""

    def __init__(self, control: Control) -> None:
        self._control = control

    @property
    def now(self) -> datetime:
        """What time it is on the platform."""
        return datetime.fromisoformat(self._control.get("/clock")["now"])

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> datetime:
        """Let so much time pass at once; return what time it is then."""
        passed = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        return self._put({"advance_seconds": passed.total_seconds()})

    def set(self, now: datetime) -> datetime:
        """Set the time; `now` is aware."""
        return self._put({"now": now.isoformat()})

    def freeze(self) -> datetime:
        """Stop time; what is to happen later waits until it is advanced or runs again."""
        return self._put({"frozen": True})

    def thaw(self) -> datetime:
        """Let time run on from where it stands."""
        return self._put({"frozen": False})

    def _put(self, change: Json) -> datetime:
        return datetime.fromisoformat(self._control.call("PUT", "/clock", change)["now"])


class Rules:
    """Faults on demand; each holds for all messages unless `phone` or `number` narrows it down.

    `times` is for how many it holds, None: until `clear()`. Every method returns the id of its rule.
    """

    def __init__(self, control: Control) -> None:
        self._control = control

    def fail(
        self,
        code: int | str,
        *,
        times: int | None = None,
        every: int = 1,
        phone: str | None = None,
        number: str | None = None,
        path: str | None = None,
    ) -> int:
        """Let messages fail after they were accepted; with a `path` let requests be refused with this error."""
        about = {"next": times, "every": every, "phone": _digits(phone), "number": number, "path": path}
        return self.add(fail={"code": code}, **about)

    def hold(self, seconds: float, *, times: int | None = None, phone: str | None = None) -> int:
        """Hold messages to phones back for so many seconds of platform time."""
        return self.add(delay_seconds=seconds, next=times, phone=_digits(phone))

    def delay(self, seconds: float, *, times: int | None = None, phone: str | None = None) -> int:
        """Tell the webhook so many seconds of platform time later."""
        return self._webhook({"delay_seconds": seconds}, times, phone)

    def duplicate(self, copies: int = 1, *, times: int | None = None, phone: str | None = None) -> int:
        """Tell the webhook each update so many times more, with the same bytes."""
        return self._webhook({"duplicate": copies}, times, phone)

    def reorder(self, window: int = 2, *, seed: int = 1, seconds: float = 1.0, phone: str | None = None) -> int:
        """Tell every `window` updates in another order; the first waits `seconds` of platform time for the others."""
        return self._webhook({"reorder": {"window": window, "seed": seed, "seconds": seconds}}, None, phone)

    def drop(self, *, times: int | None = None, phone: str | None = None) -> int:
        """Do not tell the webhook."""
        return self._webhook({"drop": True}, times, phone)

    def batch(self, size: int = 1000, *, seconds: float = 1.0, phone: str | None = None) -> int:
        """Put updates into one call, as many as come within `seconds` of platform time."""
        return self._webhook({"batch": {"size": size, "seconds": seconds}}, None, phone)

    def add(self, **members: Any) -> int:  # Any: whatever a rule can say
        """Give any rule, by the members of `POST /rules`; None counts as not given. Raises ControlError."""
        given = {name: value for name, value in members.items() if value is not None}
        return int(self._control.call("POST", "/rules", given)["id"])

    def remove(self, rule: int) -> None:
        """Take one rule back."""
        self._control.call("DELETE", f"/rules/{rule}")

    def clear(self) -> None:
        """Take every rule back."""
        self._control.call("DELETE", "/rules")

    def _webhook(self, faults: Json, times: int | None, phone: str | None) -> int:
        return self.add(webhook=faults, next=times, phone=_digits(phone))


def _digits(phone: str | None) -> str | None:
    return phone.lstrip("+") if phone else None
