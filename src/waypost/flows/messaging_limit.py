"""The messaging limit: whether an account may write to one more user outside their window.

It is checked when a message leaves, not when it comes in.

# spec: cloud-api.md#12.4
"""

from msgspec import Struct

from waypost.errors import Cause, Fault
from waypost.errors.outcomes import MESSAGING_LIMIT
from waypost.flows.directory import Directory
from waypost.lib.clock import Clock
from waypost.model import Number, Outbound
from waypost.ports import Store
from waypost.rules.tiers import DAY_MS, Reached, limit_of
from waypost.rules.window import is_open

_AGAIN_SECONDS = 1.0


class _Account(Struct):
    reached: Reached
    again: float = 0.0
    """When to read what other processes have sent, in monotonic time."""


class MessagingLimit:
    """Counts the users whom each account has written to outside their window within 24 hours.

    What was sent before the start is read from the store when an account is first asked about. Where other processes
    send for the account too, it is read again before they can have used up what is left of the limit.
    """

    def __init__(
        self, store: Store, directory: Directory, clock: Clock, *, lifted: bool, is_alone: bool = True
    ) -> None:
        """`is_alone` says whether this process has every number of every account."""
        self._is_alone = is_alone
        self._store = store
        self._directory = directory
        self._clock = clock
        self._lifted = lifted
        self._accounts: dict[int, _Account] = {}

    def forget(self) -> None:
        """Forget every count, after the store was reset."""
        self._accounts.clear()

    async def fault(self, message: Outbound) -> Fault | None:
        """Count a message that may be the first to its user, or say why it is one too many."""
        number = self._directory.number(message.number_id)
        if self._lifted or number is None or message.kind != "template":
            return None
        limit = limit_of(number.standing.tier)
        if limit is None:
            self._accounts.pop(number.waba_id, None)  # it is not counted any more: read it anew when it matters
            return None
        now_ms = self._clock.now_ms()
        if is_open(await self._store.last_inbound_ms(number.id, message.wa_id), now_ms):
            return None
        if (await self._reached(number, limit, now_ms)).admit(message.wa_id, limit, now_ms):
            return None
        return Fault(
            MESSAGING_LIMIT,
            f"The account has written to {limit} users outside their windows within 24 hours, which is all that its "
            f"messaging limit {number.standing.tier} allows.",
            cause=Cause(
                "limits",
                f"{message.wa_id} has not written within 24 hours, and the account has reached the {limit} such users "
                f"a day of its messaging limit {number.standing.tier}.",
                {"tier": number.standing.tier, "limit": limit},
            ),
        )

    async def _reached(self, number: Number, limit: int, now_ms: int) -> Reached:
        account = self._accounts.get(number.waba_id)
        if account is None or (not self._is_alone and self._clock.monotonic() >= account.again):
            numbers = self._directory.of_account(number.waba_id)
            users = await self._store.initiated([each.id for each in numbers], now_ms - DAY_MS)
            account = self._accounts.setdefault(number.waba_id, _Account(Reached()))
            account.reached.learn(users)
            rate = sum(each.standing.throughput for each in numbers)
            account.again = self._clock.monotonic() + max(_AGAIN_SECONDS, account.reached.left(limit) / rate)
        return account.reached
