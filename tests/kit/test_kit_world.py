"""The world of the test kit: time, faults, webhooks and snapshots."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.support.program import Program

from waypost.testing import ControlError, Phone, Waypost

ANN = "15551234567"


def test_a_window_closes_when_the_clock_is_moved(waypost: Waypost, program: Program, ann: Phone) -> None:
    waypost.clock.advance(hours=24, minutes=1)

    late = program.text(ANN, "Still there?")

    assert waypost.webhooks.expect_status("failed", code=131047).id == late
    ann.expect_no_message(within=0.05)


def test_time_stands_still_until_it_is_moved(waypost: Waypost) -> None:
    waypost.clock.set(datetime(2027, 1, 31, 12, tzinfo=UTC))
    frozen = waypost.clock.freeze()

    assert waypost.clock.now == frozen
    assert waypost.clock.advance(days=1) == frozen + timedelta(days=1)
    assert waypost.clock.thaw() >= frozen


def test_the_next_message_fails_on_demand(waypost: Waypost, program: Program, ann: Phone) -> None:
    waypost.rules.fail(131053, times=1, phone="+15551234567")

    first, second = program.text(ANN, "one"), program.text(ANN, "two")

    assert waypost.webhooks.expect_status("failed", code=131053).id == first
    assert ann.expect_text().id == second


def test_requests_fail_on_demand_until_the_rule_is_taken_back(waypost: Waypost, program: Program, ann: Phone) -> None:
    rule = waypost.rules.fail(131000, path="/v24.0/")
    with pytest.raises(ControlError):
        program.text(ANN, "one")

    waypost.rules.remove(rule)

    program.text(ANN, "two")
    ann.expect_text("two")


def test_updates_come_twice_with_the_same_bytes(waypost: Waypost) -> None:
    waypost.rules.duplicate(times=1)

    waypost.phone("15550001111").says("Hi")

    first, second = waypost.webhooks.received(2)
    assert first.call.body == second.call.body


def test_updates_share_a_call(waypost: Waypost) -> None:
    waypost.rules.batch(size=2, seconds=60)

    waypost.phone("15550001111").says("one")
    waypost.phone("15550002222").says("two")

    assert {event.text for event in waypost.webhooks.received(2)} == {"one", "two"}
    assert len(waypost.webhooks.calls) == 1


def test_updates_change_their_order(waypost: Waypost) -> None:
    waypost.rules.reorder(2, seconds=60, seed=1)

    waypost.phone("15550001111").says("one")
    waypost.phone("15550002222").says("two")

    assert sorted(event.text for event in waypost.webhooks.received(2)) == ["one", "two"]


def test_what_is_dropped_is_not_told(waypost: Waypost) -> None:
    waypost.rules.drop(times=1)

    waypost.phone("15550001111").says("one")
    waypost.phone("15550001111").says("two")

    waypost.webhooks.expect_message("two")
    assert [event.text for event in waypost.webhooks.received()] == ["two"]


def test_what_is_delayed_is_told_when_its_time_has_come(waypost: Waypost) -> None:
    waypost.rules.delay(3600)
    waypost.phone("15550001111").says("one")

    with pytest.raises(AssertionError, match=r"(?s)It was told nothing\..*What waits:\n  message"):
        waypost.webhooks.expect_message("one", within=0.05)

    waypost.clock.advance(hours=1)
    waypost.webhooks.expect_message("one")


def test_a_receiver_that_is_down_is_told_again(waypost: Waypost) -> None:
    waypost.webhooks.answer(500, times=2)

    waypost.phone("15550001111").says("one")
    waypost.webhooks.received(1)
    waypost.clock.advance(minutes=30)
    waypost.webhooks.received(2)
    waypost.clock.advance(minutes=30)
    waypost.webhooks.received(3)

    assert [call.answered for call in waypost.webhooks.calls] == [500, 500, 200]


def test_what_was_dropped_is_told_again(waypost: Waypost) -> None:
    rule = waypost.rules.drop()
    one, _ = waypost.phone("15550001111").says("one"), waypost.phone("15550002222").says("two")
    waypost.rules.remove(rule)

    count = waypost.webhooks.redeliver_all("dropped")
    of_one = waypost.webhooks.redeliver_all("dropped", of=one)

    assert (count, of_one) == (2, 0)
    assert {event.text for event in waypost.webhooks.received(2)} == {"one", "two"}  # of two users: in any order


def test_a_request_that_is_refused_is_there_with_what_was_sent_and_why(waypost: Waypost, program: Program) -> None:
    for _ in range(2):
        with pytest.raises(ControlError):
            program.text(ANN, "")

    refusal = waypost.expect_refusal(100)

    assert waypost.refusals() == [refusal]
    assert (refusal.status, refusal.count, refusal.name) == (400, 2, "empty_parameter")
    assert (refusal.method, refusal.path) == ("POST", f"/v24.0/{waypost.phone_number_id}/messages")
    assert refusal.sent["text"] == {"body": ""}
    assert refusal.answer["error"]["error_data"]["details"] == refusal.sentence
    assert refusal.fix
    assert refusal.at <= waypost.clock.now


def test_a_refusal_that_does_not_come_tells_what_was_refused(waypost: Waypost, program: Program) -> None:
    with pytest.raises(AssertionError, match=r"^The server refused no request within 0.05 s.\n\nIt refused nothing.$"):
        waypost.expect_refusal(within=0.05)
    with pytest.raises(ControlError):
        program.text(ANN, "")

    with pytest.raises(
        AssertionError, match=r"(?s)no request with 190 .*What it refused:\n.*/messages\n    why: .*fix: "
    ):
        waypost.expect_refusal(190, within=0.05)


def test_everything_is_as_it_was_after_a_restore(waypost: Waypost, program: Program, ann: Phone) -> None:
    program.text(ANN, "before")
    ann.expect_text("before")
    kept = waypost.snapshot()
    waypost.rules.fail(131000)
    waypost.clock.advance(days=30)

    waypost.restore(kept)

    assert [message.text for message in ann.messages] == ["before"]
    program.text(ANN, "after")
    ann.expect_text("after")


def test_variables_of_a_client_are_those_of_the_command(waypost: Waypost) -> None:
    assert waypost.env("360dialog") == {"D360_BASE_URL": waypost.base_url, "D360_API_KEY": waypost.token}
    assert waypost.env()["WHATSAPP_APP_SECRET"] == waypost.app_secret


def test_what_is_not_told_says_what_was(waypost: Waypost) -> None:
    waypost.phone("15550001111").says("one")
    waypost.webhooks.received(1)

    with pytest.raises(AssertionError, match=r"(?s)not told the status read.*message text 15550001111 'one'"):
        waypost.webhooks.expect_status("read", within=0.05)
