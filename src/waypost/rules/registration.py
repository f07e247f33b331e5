"""Registering a number: how often, how fast and with how many wrong PINs. Pure.

The reference gives the count of calls; how many guesses there are, and how long each wait is, is (unconfirmed).

# spec: cloud-api.md#12.4, cloud-api.md#13.4, error-codes.tsv
"""

from msgspec import Struct

from waypost.errors import Fault, Problem
from waypost.errors.management import (
    BEING_DELETED,
    GUESSED_TOO_FAST,
    REGISTER_RATE,
    TOO_MANY_GUESSES,
    WRONG_CODE,
    WRONG_PIN,
)
from waypost.lib.durations import seconds_to_wait
from waypost.lib.sameness import is_same_secret
from waypost.rules.rates import left_ms

MAX_CALLS = 10
PERIOD_MS = 72 * 3_600_000
MAX_WRONG_PINS = 5
PIN_BLOCK_MS = 30 * 60_000
PIN_PAUSE_MS = 5_000
DELETION_MS = 5 * 60_000
CODE_LIFE_MS = 10 * 60_000
MAX_WRONG_CODES = 5


class Trials(Struct, kw_only=True):
    """What was tried with a number; it is changed in place and stored after each trial."""

    code: str | None = None
    code_until_ms: int = 0
    wrong_codes: int = 0
    calls: list[int] = []
    held_until_ms: int = 0
    wrong_pins: int = 0
    last_wrong_ms: int = 0
    deleted_until_ms: int = 0

    def send_code(self, code: str, until_ms: int) -> None:
        """Let a code wait to be given back, in place of any before."""
        self.code, self.code_until_ms, self.wrong_codes = code, until_ms, 0

    def delete(self, until_ms: int) -> None:
        """Treat the number as one that was deleted just now."""
        self.deleted_until_ms = until_ms

    def call(self, now_ms: int) -> Fault | None:
        """Count one register or deregister; the eleventh in 72 hours holds the number for 72 hours."""
        self.calls = [moment for moment in self.calls if now_ms - PERIOD_MS < moment <= now_ms]
        if not left_ms(self.held_until_ms, now_ms, PERIOD_MS) and len(self.calls) >= MAX_CALLS:
            self.held_until_ms = now_ms + PERIOD_MS
        if wait_ms := left_ms(self.held_until_ms, now_ms, PERIOD_MS):
            return _wait(REGISTER_RATE, f"More than {MAX_CALLS} calls in 72 hours", wait_ms)
        self.calls.append(now_ms)
        return None

    def deletion(self, now_ms: int) -> Fault | None:
        """Return why a number cannot be registered that was deleted a moment ago."""
        wait_ms = left_ms(self.deleted_until_ms, now_ms, DELETION_MS)
        return _wait(BEING_DELETED, "The number is being deleted", wait_ms) if wait_ms else None

    def pin(self, given: str, right: str | None, now_ms: int) -> Fault | None:
        """Compare a PIN; a number without one takes the first that is given."""
        since_ms = now_ms - self.last_wrong_ms
        if self.wrong_pins >= MAX_WRONG_PINS and 0 <= since_ms < PIN_BLOCK_MS:
            return _wait(TOO_MANY_GUESSES, f"{self.wrong_pins} wrong PINs", PIN_BLOCK_MS - since_ms)
        if self.wrong_pins and 0 <= since_ms < PIN_PAUSE_MS:
            return _wait(GUESSED_TOO_FAST, "The last PIN was wrong", PIN_PAUSE_MS - since_ms)
        if right is None or is_same_secret(given, right):
            self.wrong_pins = 0
            return None
        self.wrong_pins = self.wrong_pins % MAX_WRONG_PINS + 1
        self.last_wrong_ms = now_ms
        return Fault(WRONG_PIN, "The PIN is not the one that was set for this number.")

    def take_code(self, given: str, now_ms: int) -> Fault | None:
        """Compare a verification code; it works once, for ten minutes, and dies of five wrong ones."""
        if self.code is None or now_ms >= self.code_until_ms:
            return Fault(WRONG_CODE, "No code is waiting: ask for one, and give it back within ten minutes.")
        if is_same_secret(given.replace("-", ""), self.code):
            self.code = None
            return None
        self.wrong_codes += 1
        if self.wrong_codes >= MAX_WRONG_CODES:
            self.code = None
        return Fault(WRONG_CODE, f"The code '{given[:40]}' is not the one that was sent.")

    def pending_code(self, now_ms: int) -> str | None:
        """Return the code that waits to be given back."""
        return self.code if now_ms < self.code_until_ms else None


def _wait(problem: Problem, why: str, wait_ms: int) -> Fault:
    seconds = seconds_to_wait(wait_ms)
    return Fault(problem, f"{why}; wait {seconds} s.", retry_after_seconds=seconds)
