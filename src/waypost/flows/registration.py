"""Registration: prove that a number is yours with a code, register it with its PIN, take it off again.

# spec: cloud-api.md#13.4
"""

import asyncio
from collections.abc import Callable

from msgspec.structs import replace

from waypost.errors import Fault, Refusal
from waypost.errors.management import NOT_REGISTERED, NOT_VERIFIED, WRONG_PIN
from waypost.errors.requests import MISSING_PARAMETER
from waypost.flows.directory import Directory
from waypost.flows.documents import DocumentCollection
from waypost.lib.clock import Clock
from waypost.lib.ids import new_code
from waypost.lib.sameness import is_same_secret
from waypost.model import Number
from waypost.ports import Documents
from waypost.rules.registration import CODE_LIFE_MS, DELETION_MS, Trials


class Registration:
    """The flow; one trial is looked at after the other, so that none goes uncounted."""

    def __init__(self, directory: Directory, documents: Documents, clock: Clock) -> None:
        self._directory = directory
        self._documents = DocumentCollection(documents, "registration", Trials)
        self._clock = clock
        self._writing = asyncio.Lock()

    async def request_code(self, number: Number) -> None:
        """Make a new code; nobody is called, the control API shows it."""
        async with self._writing:
            code, until_ms = new_code(), self._clock.now_ms() + CODE_LIFE_MS
            await self._try(number, lambda trials: trials.send_code(code, until_ms))

    async def verify_code(self, number: Number, code: str, *, registers: bool = False) -> None:
        """Take a code back; the number is verified from then on, and with `registers` registered. Raises Refusal."""
        async with self._writing:
            now_ms = self._clock.now_ms()
            await self._try(number, lambda trials: trials.take_code(code, now_ms))
            registered = self._now(number).standing.registered or registers
            await self._save(number, verified=True, registered=registered)

    async def pending_code(self, number: Number) -> str | None:
        """Return the code that waits to be given back."""
        return (await self._trials(number)).pending_code(self._clock.now_ms())

    async def register(self, number: Number, pin: str) -> None:
        """Register a number, which can send from then on; without a two-step PIN it gets this one. Raises Refusal."""
        async with self._writing:
            now_ms, standing = self._clock.now_ms(), self._now(number).standing

            def trial(trials: Trials) -> Fault | None:
                fault = trials.call(now_ms) or trials.deletion(now_ms)
                if fault is None and not standing.verified:
                    fault = Fault(NOT_VERIFIED, "Ask for a code with request_code, and give it to verify_code first.")
                return fault or trials.pin(pin, standing.pin, now_ms)

            await self._try(number, trial)
            await self._take_on(number, pin)

    async def deregister(self, number: Number) -> None:
        """Take a number off the platform; what it sends is refused from then on. Raises Refusal."""
        async with self._writing:
            now_ms = self._clock.now_ms()
            await self._try(number, lambda trials: trials.call(now_ms))
            if not self._now(number).standing.registered:
                raise Refusal(NOT_REGISTERED, f"The number {number.digits} is not registered.")
            await self._save(number, registered=False)

    async def check_pin(self, number: Number, pin: str | None) -> None:
        """Ask for the two-step PIN of a number that has one; wrong ones count wherever they come. Raises Refusal."""
        async with self._writing:
            right = self._now(number).standing.pin
            if right is None:
                return
            if pin is None:
                raise Refusal(MISSING_PARAMETER, "Parameter 'pin' is mandatory while two-step verification is on.")
            now_ms = self._clock.now_ms()
            await self._try(number, lambda trials: trials.pin(pin, right, now_ms))

    async def set_pin(self, number: Number, pin: str | None) -> None:
        """Set the two-step PIN; without one the verification is off."""
        async with self._writing:
            await self._save(number, pin=pin)

    async def deleted(self, number: Number) -> None:
        """Treat the number as one that was deleted just now: it cannot be registered for five minutes."""
        async with self._writing:
            until_ms = self._clock.now_ms() + DELETION_MS
            await self._try(number, lambda trials: trials.delete(until_ms))

    async def _try(self, number: Number, trial: Callable[[Trials], Fault | None]) -> None:
        """Make a trial, which counts whatever comes of it, in whichever process. Raises Refusal."""
        fault: Fault | None = None

        def tried(trials: Trials | None) -> Trials:
            nonlocal fault
            trials = trials or Trials()
            fault = trial(trials)
            return trials

        await self._documents.change(number.id, tried)
        if fault is not None:
            raise Refusal.of(fault)

    async def _take_on(self, number: Number, pin: str) -> None:
        """Mark a number as registered, unless another process has given it another PIN meanwhile. Raises Refusal."""

        def registered(now: Number) -> Number:
            if now.standing.pin is not None and not is_same_secret(now.standing.pin, pin):
                return now
            return replace(now, standing=replace(now.standing, registered=True, pin=pin))

        kept = (await self._directory.change_number(number, registered)).standing.pin
        if kept is None or not is_same_secret(kept, pin):
            raise Refusal(WRONG_PIN, "The number has just been registered with another PIN.")

    async def _trials(self, number: Number) -> Trials:
        return await self._documents.get(number.id) or Trials()

    def _now(self, number: Number) -> Number:
        return self._directory.number(number.id) or number

    async def _save(self, number: Number, **changes: bool | str | None) -> None:
        # The names and types are those of Standing at every call above.
        await self._directory.change_number(number, lambda now: replace(now, standing=replace(now.standing, **changes)))
