"""A list goes on where its own cursor says, and refuses the cursor of another list."""

from itertools import permutations

import pytest

from waypost.lib.cursors import cursor_of, parse_cursor
from waypost.wire.control.lists import CARRIERS, CHATS, DELIVERIES, MEDIA, MESSAGES, REFUSALS, REPLAYS

LISTS = (MESSAGES, DELIVERIES, MEDIA, CARRIERS, REPLAYS, CHATS, REFUSALS)


@pytest.mark.parametrize(("one", "other"), [*permutations(LISTS, 2)])
def test_the_cursor_of_one_list_is_none_of_another(one: str, other: str) -> None:
    cursor = cursor_of(one, 4711) or ""

    assert (parse_cursor(one, cursor), parse_cursor(other, cursor)) == (4711, None)
