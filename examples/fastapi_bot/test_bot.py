"""The order desk, from the user's side of the chat."""

from collections.abc import Callable

import pytest
from bot import create_app

from waypost.testing import Phone, Waypost


@pytest.fixture
def ann(waypost: Waypost, waypost_bot: Callable[..., str]) -> Phone:
    """Ann, with the bot at the other end."""
    waypost_bot(create_app(waypost.env()), verify_token="verify-me")
    return waypost.phone("+1 555 123 4567", name="Ann")


def test_a_user_learns_where_their_order_is(ann: Phone) -> None:
    ann.says("Hello")
    ann.expect_buttons("How can I help?", "Where is my order?", "Talk to a person")

    ann.taps("Where is my order?")

    ann.expect_text("Order 4711 is on its way.")
    ann.expect_no_message()


def test_a_stranger_has_no_order(ann: Phone, waypost: Waypost) -> None:
    bob = waypost.phone("+1 555 987 6543", name="Bob")

    bob.says("Hi")
    bob.taps("Where is my order?")

    bob.expect_text("I know of no order of yours.")
    assert ann.messages == []


def test_an_update_that_comes_in_a_batch_is_answered_too(ann: Phone, waypost: Waypost) -> None:
    waypost.rules.batch(size=2, seconds=60)
    bob = waypost.phone("+1 555 987 6543", name="Bob")

    ann.says("Hello")
    bob.says("Hello")

    ann.expect_buttons()
    bob.expect_buttons()
