"""Fault rules as the control API writes them, and as the embedded network keeps them."""

from waypost.errors import Problem, Refusal, all_problems, find_problem
from waypost.errors.requests import INVALID_VALUE, MISSING_PARAMETER
from waypost.lib.phone import wa_id
from waypost.model import FaultRule, Gather, NumberId, WebhookTrouble
from waypost.wire.control.rules import Batch, FailView, Reorder, RuleRequest, RuleView, WebhookFaults

_OWN = "/_waypost"


def rule_of(rule_id: int, wish: RuleRequest) -> FaultRule:
    """Return the rule that is wished for; `check_rule` comes before it."""
    return FaultRule(
        id=rule_id,
        number_id=NumberId(int(wish.number)) if wish.number else None,
        phone=wa_id(wish.phone) if wish.phone else None,
        fail=_problem(wish.fail.code) if wish.fail else None,
        delay_ms=_milliseconds(wish.delay_seconds),
        path=wish.path,
        webhook=_trouble(wish.webhook) if wish.webhook else WebhookTrouble(),
        next_count=wish.next,
        every=wish.every,
    )


def check_rule(wish: RuleRequest) -> None:
    """Raise Refusal for a rule that would do nothing, or that nobody could mean."""
    webhook = wish.webhook is not None and _trouble(wish.webhook) != WebhookTrouble()
    if wish.fail is None and not wish.delay_seconds and not webhook:
        raise Refusal(MISSING_PARAMETER, "Give fail, delay_seconds or something in webhook: the rule would do nothing.")
    if wish.fail is not None:
        _problem(wish.fail.code)
    if wish.path is None:
        return
    if wish.webhook or wish.number or wish.phone:
        beside = "fail, delay_seconds, next and every"
        raise Refusal(INVALID_VALUE, f"path: beside it stand {beside}; make a rule of its own for the rest.")
    if wish.path.startswith(_OWN):
        raise Refusal(
            INVALID_VALUE, f"path: what begins with {_OWN} never fails, or this rule could not be taken back."
        )


def rule_view(rule: FaultRule) -> RuleView:
    """Return a rule as it is shown."""
    problem = rule.fail
    return RuleView(
        id=rule.id,
        fail=FailView(problem.name, problem.code, problem.onprem_code, problem.title) if problem else None,
        delay_seconds=rule.delay_ms / 1000,
        webhook=_faults(rule.webhook) if rule.webhook != WebhookTrouble() else None,
        path=rule.path,
        number=str(rule.number_id) if rule.number_id else None,
        phone=rule.phone,
        next=rule.next_count,
        every=rule.every,
        seen=rule.seen,
    )


def _trouble(wish: WebhookFaults) -> WebhookTrouble:
    batch, reorder = wish.batch, wish.reorder
    return WebhookTrouble(
        batch=Gather(batch.size, _milliseconds(batch.seconds)) if batch else None,
        reorder=Gather(reorder.window, _milliseconds(reorder.seconds)) if reorder else None,
        seed=reorder.seed if reorder else 0,
        duplicate=wish.duplicate,
        delay_ms=_milliseconds(wish.delay_seconds),
        drop=wish.drop,
        slower=wish.slow,
        fail_handshake=wish.fail_handshake,
    )


def _faults(trouble: WebhookTrouble) -> WebhookFaults:
    batch, reorder = trouble.batch, trouble.reorder
    return WebhookFaults(
        batch=Batch(batch.size, batch.wait_ms / 1000) if batch else None,
        reorder=Reorder(reorder.size, trouble.seed, reorder.wait_ms / 1000) if reorder else None,
        duplicate=trouble.duplicate,
        delay_seconds=trouble.delay_ms / 1000,
        drop=trouble.drop,
        slow=trouble.slower,
        fail_handshake=trouble.fail_handshake,
    )


def _milliseconds(seconds: float) -> int:
    return int(1000 * seconds)


def _problem(code: int | str) -> Problem:
    """Return the problem of that name or code. Raises Refusal."""
    problem = find_problem(code)
    if problem is None:
        known = ", ".join(sorted({str(problem.code) for problem in all_problems().values()}, key=int))
        raise Refusal(INVALID_VALUE, f"fail.code: {str(code)[:40]!r} is not known; there are {known}, and the names.")
    return problem
