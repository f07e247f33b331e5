"""Block lists: the request that changes one, and what became of each user.

# spec: cloud-api.md#13.6
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from waypost.errors import Fault, Problem, Refusal
from waypost.errors.management import BLOCK_FAILED
from waypost.errors.rates import THROUGHPUT
from waypost.lib import phone
from waypost.wire.cloud.answers import error_body

MAX_PER_CALL = 1_000


class BlockedUser(Struct, frozen=True):
    """One user, as written."""

    user: str

    @property
    def wa_id(self) -> str | None:
        """Digits; None if it is no phone number."""
        try:
            return phone.normalise(self.user)
        except ValueError:
            return None


class BlockRequest(Struct, frozen=True):
    """The body that puts users on the list, or takes them off."""

    messaging_product: Literal["whatsapp"]
    block_users: Annotated[list[BlockedUser], Meta(min_length=1)]

    def check(self) -> None:
        """Raise Refusal for more users than one call may name.

        # spec: error-codes.tsv
        """
        if len(self.block_users) > MAX_PER_CALL:
            told = f"block_users has {len(self.block_users)} users; at most {MAX_PER_CALL} are possible in one call."
            raise Refusal(THROUGHPUT, told)


class UserOutcome(Struct, frozen=True):
    """What became of one user; without a problem it is done."""

    input: str
    wa_id: str | None = None
    problem: Problem | None = None
    details: str = ""


Done = Literal["added_users", "removed_users"]
"""What an answer calls those whom a change was made for."""


def failure(done: Done, outcomes: Sequence[UserOutcome]) -> Fault | None:
    """Return the fault of a change that was not made for everybody, or None."""
    if not any(outcome.problem for outcome in outcomes):
        return None
    verb = "blocked" if done == "added_users" else "unblocked"
    return Fault(BLOCK_FAILED, f"Some users could not be {verb}; see failed_users.")


def blocked_answer(done: Done, outcomes: Sequence[UserOutcome], fault: Fault | None, trace_id: str) -> bytes:
    """Return the answer, with its `failure` as the error beside the users.

    # spec: samples/cloud/mgmt_resp_block_users_mixed.json
    """
    failed = [_failed(outcome) for outcome in outcomes if outcome.problem]
    users: dict[str, Any] = {}  # Any: a JSON object
    if len(failed) < len(outcomes):
        users[done] = [{"input": o.input, "wa_id": o.wa_id} for o in outcomes if o.problem is None]
    if failed:
        users["failed_users"] = failed
    answer: dict[str, Any] = {"messaging_product": "whatsapp", "block_users": users}
    if fault:
        answer |= msgspec.json.decode(error_body(fault, trace_id))
        del answer["error"]["error_data"]["messaging_product"]
    return msgspec.json.encode(answer)


def _failed(outcome: UserOutcome) -> dict[str, Any]:
    assert outcome.problem is not None
    shown: dict[str, Any] = {"input": outcome.input}
    if outcome.wa_id is not None:
        shown["wa_id"] = outcome.wa_id
    error = {"message": _WORDS.get(outcome.problem.code, outcome.problem.title), "code": outcome.problem.code}
    return {**shown, "errors": [{**error, "error_data": {"details": outcome.details}}]}


_WORDS = {131047: "Re-engagement required"}  # not the title that this code has elsewhere
