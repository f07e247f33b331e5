"""The workshop, from the customer's side of the chat."""

from collections.abc import Callable

import pytest
from bot import bike_is_ready, create_app

from waypost.testing import Phone, Waypost


@pytest.fixture
def ann(waypost: Waypost, waypost_bot: Callable[..., str]) -> Phone:
    """Ann, with the bot at the other end and a template that was approved."""
    waypost.template("bike_ready", "Your bike is ready for pickup.", buttons=["Thanks"])
    waypost_bot(create_app(waypost.env()))
    return waypost.phone("+1 555 123 4567", name="Ann")


def test_a_customer_is_told_in_words_while_the_window_is_open(ann: Phone) -> None:
    ann.says("Please repair my bike")
    ann.expect_text("We write when your bike is ready.")

    bike_is_ready(ann.wa_id)

    ann.expect_text("Your bike is ready.")


def test_a_customer_is_told_by_a_template_a_day_later(ann: Phone, waypost: Waypost) -> None:
    ann.says("Please repair my bike")
    ann.expect_text()
    waypost.clock.advance(hours=25)

    bike_is_ready(ann.wa_id)

    waypost.webhooks.expect_status("failed", code=131047)
    ann.expect_template("bike_ready", text="Your bike is ready for pickup.")


def test_an_update_with_a_false_signature_is_refused(ann: Phone, waypost: Waypost) -> None:
    waypost.control.call("PATCH", f"/numbers/{waypost.phone_number_id}", {"rotate_app_secret": True})

    ann.says("Please repair my bike")

    ann.expect_no_message()
    attempts = [each["attempts"] for each in waypost.webhooks.deliveries() if each["endpoint"] is None]
    assert attempts[0][0]["status"] == 401
