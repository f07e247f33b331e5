"""Which link of a text has a card."""

import pytest

from waypost.rules.preview import previewed_link


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Look: https://dock.example/bikes?a=1#top.", "https://dock.example/bikes?a=1#top"),
        ("HTTP://Dock.Example/A", "HTTP://Dock.Example/A"),
        ("(http://dock.example/a) and http://other.example", "http://dock.example/a"),
        ("first http://a.example then https://b.example", "http://a.example"),
        ("*https://dock.example*", "https://dock.example*"),
        ("www.dock.example", None),
        ("dock.example", None),
        ("ftp://dock.example", None),
        ("nothttp://dock.example", None),
        ("https://", None),
        ("no link", None),
        ("", None),
    ],
)
def test_the_first_link_that_begins_as_links_do_counts(body: str, expected: str | None) -> None:
    assert previewed_link(body) == expected
