"""The keys that secrets are sealed with: what they open, and what they refuse."""

import pytest

from waypost.lib.keyring import NO_KEYS, Keyring, Unsealable, name_of

OLD, NEW = b"o" * 32, b"n" * 32
PLACE = "numbers/15550123456"


def test_every_key_opens_and_the_first_seals() -> None:
    sealed = Keyring([OLD]).seal(b"hush", PLACE)
    both = Keyring([NEW, OLD])

    anew = both.seal(b"hush", PLACE)

    assert both.open(sealed, PLACE) == both.open(anew, PLACE) == Keyring([NEW]).open(anew, PLACE) == b"hush"
    assert [both.is_newest(each) for each in (sealed, anew, b"hush")] == [False, True, False]
    assert [name_of(anew), name_of(sealed)] == both.names


def test_what_is_sealed_shows_nothing_and_is_never_the_same_twice() -> None:
    ring = Keyring([OLD])

    sealed = [ring.seal(b"hush", PLACE) for _ in range(2)]

    assert sealed[0] != sealed[1]
    assert b"hush" not in sealed[0]


def test_without_keys_a_value_stays_as_it_is() -> None:
    assert NO_KEYS.seal(b"hush", PLACE) == b"hush"
    assert NO_KEYS.open(b"hush", PLACE) == b"hush"
    assert NO_KEYS.is_newest(b"hush")
    assert name_of(b"hush") is None


@pytest.mark.parametrize("at", range(60))
def test_a_value_of_which_a_single_bit_was_changed_does_not_open(at: int) -> None:
    ring = Keyring([OLD])
    sealed = bytearray(ring.seal(b"0123456789" * 3, PLACE))
    assert len(sealed) > 60
    sealed[at] ^= 0x80

    opened = b""
    if at > 0:  # the first byte tells a sealed value from one in clear
        with pytest.raises(Unsealable):
            opened = ring.open(bytes(sealed), PLACE)

    assert opened == b""


@pytest.mark.parametrize("length", [1, 5, 6, 17, 18, 33])
def test_a_value_that_was_cut_short_does_not_open(length: int) -> None:
    ring = Keyring([OLD])

    with pytest.raises(Unsealable):
        ring.open(ring.seal(b"hush", PLACE)[:length], PLACE)


def test_a_value_opens_only_where_it_was_sealed() -> None:
    ring = Keyring([OLD])

    with pytest.raises(Unsealable, match="does not open with its key"):
        ring.open(ring.seal(b"hush", PLACE), "numbers/15550123457")


@pytest.mark.parametrize(("given", "said"), [([], "no secrets_key is given"), ([NEW], "not among those")])
def test_a_key_that_is_missing_is_named(given: list[bytes], said: str) -> None:
    [name] = Keyring([OLD]).names

    with pytest.raises(Unsealable, match=f"{name}.*{said}"):
        Keyring(given).open(Keyring([OLD]).seal(b"hush", PLACE), PLACE)
