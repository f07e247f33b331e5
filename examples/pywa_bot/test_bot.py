"""The lunch menu, from the guest's side of the chat."""

from bot import create_app


def test_a_guest_orders_lunch(waypost, waypost_bot):
    about = {"phone_id": waypost.phone_number_id, "token": waypost.token, "app_secret": waypost.app_secret}
    waypost_bot(create_app(base_url=waypost.base_url, **about))
    ann = waypost.phone("+1 555 123 4567", name="Ann")

    ann.says("Hungry")
    ann.expect_list("Hello Ann, what would you like?", "Tomato soup", "Pasta")
    picked = ann.picks("Pasta")

    assert ann.expect_text("One Pasta, coming up.").replied_to == picked.id
    ann.expect_reaction("👍", to=picked)
