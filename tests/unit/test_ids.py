"""Keys only grow, whatever is put into the store meanwhile."""

from waypost.lib.ids import KeyMaker


def test_keys_stay_above_one_from_the_future() -> None:
    keys = KeyMaker()
    ahead = keys.next() + (10_000 << 15)

    keys.stay_above(ahead)

    assert keys.next() > ahead


def test_an_older_key_changes_nothing() -> None:
    keys = KeyMaker()
    before = keys.next()

    keys.stay_above(1)

    assert keys.next() > before
