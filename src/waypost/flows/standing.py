"""Standing: how the platform rates a number and its account. The operator decides it, and the subscriber is told.

# spec: cloud-api.md#10, cloud-api.md#12.4
"""

from collections.abc import Callable
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict, replace

from waypost.errors import Refusal
from waypost.errors.requests import INVALID_VALUE
from waypost.flows.accounts import USER_ID, Account, BusinessAccounts
from waypost.flows.directory import Directory
from waypost.lib.clock import Clock, at
from waypost.model import Number, Standing
from waypost.ports import Notice
from waypost.rules.rates import UPGRADE_MS
from waypost.rules.tiers import is_higher, limit_of
from waypost.wire.accounts import ban_notice, restriction_notice, review_notice
from waypost.wire.events.messages import is_since_v24
from waypost.wire.numbers import capability_notice, name_notice, pin_notice, quality_notice

RESTRICTION_MS = 7 * 86_400_000
"""How long a restriction lasts if no end was given."""


class Standings(Struct, frozen=True):
    """The flow, with the ports it uses."""

    directory: Directory
    accounts: BusinessAccounts
    notice: Notice
    clock: Clock

    async def change(self, number: Number, standing: Standing) -> Number:
        """Give a number another standing; its subscriber is told of quality, limit and throughput.

        A higher throughput keeps the number from sending for about a minute.
        """
        if standing.throughput > number.standing.throughput:
            standing = replace(standing, upgraded_ms=self.clock.now_ms() + UPGRADE_MS)
        changes = _changes(number.standing, standing)
        now = await self._change(number, changes)
        for value in _quality_notices(number, standing):
            await self.notice(now, "phone_number_quality_update", value)
        if standing.tier != number.standing.tier:
            value = capability_notice(limit_of(standing.tier), per_business=is_since_v24(number.graph_version))
            await self.notice(now, "business_capability_update", value)
        return now

    async def reset(self) -> None:
        """Give every number the standing that it began with, and let its webhooks go on; nobody is told."""
        for number in self.directory.numbers():
            if number.standing != Standing() or number.webhook_paused:
                await self.directory.change_number(number, _anew)

    async def change_account(self, waba_id: int, change: Callable[[Account], Account]) -> None:
        """Have `change` make another of an account; every subscriber of its numbers is told of it once. Raises Refusal.

        A restriction without an end gets one. Nobody is told when it is over: the reference has no event for that.
        """
        old, account = await self.accounts.change(waba_id, lambda now: self._ended(change(now)))
        notices = self._account_notices(old, account)
        for number in {_listeners(number): number for number in self.directory.of_account(waba_id)}.values():
            for told, value in notices:
                await self.notice(number, told, value)

    async def ask_for_name(self, number: Number, name: str) -> None:
        """Ask for another display name; the old one stays until the platform has decided."""
        changes = {"new_name": name, "new_name_status": "PENDING_REVIEW"}
        await self._change(number, changes)

    async def tell_of_pin(self, number: Number) -> None:
        """Tell the subscriber that the two-step PIN was set."""
        value = pin_notice(number.digits, str(USER_ID))
        await self.notice(number, "security", value)

    async def decide_on_name(self, number: Number, *, approved: bool, reason: str | None = None) -> Number:
        """Grant or refuse the name that was asked for, else the one there is; the subscriber is told."""
        asked = number.standing.new_name
        if asked is None and approved is (number.standing.name_status == "APPROVED"):
            raise Refusal(INVALID_VALUE, "name_decision: no name waits for a decision.")
        name = asked or number.name
        changes: dict[str, Any]  # Any: fields of Standing
        if asked is None:
            changes = {"name_status": "APPROVED" if approved else "DECLINED"}
        elif approved:
            changes = {"name_status": "APPROVED", "new_name": None, "new_name_status": "NONE"}
        else:
            changes = {"new_name_status": "DECLINED"}
        now = await self._change(number, changes, name=name if approved else None)
        value = name_notice(number.digits, approved=approved, name=name, reason=reason)
        await self.notice(now, "phone_number_name_update", value)
        return now

    async def _change(self, number: Number, changes: dict[str, Any], *, name: str | None = None) -> Number:
        """Change fields of a number's standing, and its name if one is given."""

        def change(now: Number) -> Number:
            standing = replace(now.standing, **changes)
            return replace(now, name=now.name if name is None else name, standing=standing)

        return await self.directory.change_number(number, change)

    def _ended(self, account: Account) -> Account:
        """Return an account whose restriction, if it has one, ends at a moment to come."""
        until_ms, now_ms = account.restriction_until_ms, self.clock.now_ms()
        if account.restriction is None:
            if until_ms is not None:
                raise Refusal(INVALID_VALUE, "restriction_until: there is no restriction to end; give `restriction`.")
            return account
        if until_ms is not None and until_ms <= now_ms:
            raise Refusal(INVALID_VALUE, f"restriction_until: give a moment after platform time, {at(now_ms):%FT%TZ}.")
        return replace(account, restriction_until_ms=until_ms or now_ms + RESTRICTION_MS)

    def _account_notices(self, old: Account, new: Account) -> list[tuple[str, bytes]]:
        now_ms, told = self.clock.now_ms(), []
        if new.review != old.review:
            told.append(("account_review_update", review_notice(new.review)))
        ends = (new.restriction, new.restriction_until_ms)
        if new.restriction and new.restriction_until_ms and ends != (old.restriction, old.restriction_until_ms):
            told.append(("account_update", restriction_notice(new.restriction, new.restriction_until_ms // 1000)))
        if new.disabled is not old.disabled:
            date = f"{at(now_ms):%B} {at(now_ms).day}, {at(now_ms).year}"
            told.append(("account_update", ban_notice("DISABLE" if new.disabled else "REINSTATE", date)))
        return told


def _changes(old: Standing, new: Standing) -> dict[str, Any]:  # Any: fields of Standing
    return {name: value for name, value in asdict(new).items() if value != getattr(old, name)}


def _listeners(number: Number) -> tuple[str | None, ...]:
    """Return the URLs of a number's webhooks: of numbers with the same ones only one is told about their account."""
    further = (one.webhook.url for one in number.callbacks.further)
    return (number.webhook.url if number.webhook else None, *further)


def _quality_notices(number: Number, standing: Standing) -> list[bytes]:
    """Return what is told of a change; what got no word of its own in 2026 has that of before (unconfirmed)."""
    old, tier = number.standing, standing.tier
    told = []
    if standing.throughput > old.throughput:
        told.append(quality_notice(number.digits, "THROUGHPUT_UPGRADE", tier))
    if tier != old.tier:
        event = "UPGRADE" if is_higher(tier, old.tier) else "DOWNGRADE"
        told.append(quality_notice(number.digits, event, tier, old_tier=old.tier))
    if (standing.quality == "RED") is not (old.quality == "RED"):
        event = "FLAGGED" if standing.quality == "RED" else "UNFLAGGED"
        told.append(quality_notice(number.digits, event, tier))
    return told


def _anew(number: Number) -> Number:
    return replace(number, standing=Standing(), webhook_paused=False)
