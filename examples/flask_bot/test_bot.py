"""The photo booth, from the user's side of the chat."""

import base64
from collections.abc import Callable

import pytest
from bot import create_app

from waypost.testing import Phone, Waypost

PICTURE = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAFA3PEY8MlBGQUZaVVBfeMiCeG5uePWvuZHI////////////////////////////////////"
    "////////////////wAALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAAP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8A"
    "P//Z"
)


@pytest.fixture
def ann(waypost: Waypost, waypost_bot: Callable[..., str]) -> Phone:
    """Ann, with the bot at the other end."""
    waypost_bot(create_app(waypost.env()))
    return waypost.phone("+1 555 123 4567", name="Ann")


def test_a_picture_comes_back_as_a_document(ann: Phone) -> None:
    sent = ann.sends(PICTURE, caption="My bike")

    document = ann.expect_document("your-picture.jpg", caption="My bike")

    assert document.media.bytes == PICTURE
    assert document.replied_to == sent.id


def test_words_are_answered_with_a_request(ann: Phone) -> None:
    ann.says("Hello")

    ann.expect_text("Send me a picture.")


def test_a_picture_that_is_told_twice_comes_back_once(ann: Phone, waypost: Waypost) -> None:
    waypost.rules.duplicate(times=1)

    ann.sends(PICTURE)
    waypost.webhooks.received(2)

    ann.expect_document()
    ann.expect_no_message()


def test_a_picture_comes_back_although_the_platform_had_trouble(ann: Phone, waypost: Waypost) -> None:
    waypost.rules.fail(131000, path="*/media", times=1)

    ann.sends(PICTURE)

    ann.expect_document()
    assert [each["status"] for each in waypost.webhooks.deliveries()[-1]["attempts"]] == [500, 200]
