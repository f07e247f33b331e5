"""What is remembered of refused requests stays within its bounds, however many there are."""

from collections.abc import Callable, Iterator

import pytest

from waypost.flows import refusals
from waypost.flows.refusals import MOST_A_SECOND, MOST_BYTES, MOST_KEPT, Entry, RefusedLately, RefusedRequest, Wanted
from waypost.lib.clock import SystemClock


class Second(SystemClock):
    """A clock whose seconds pass when a test says so."""

    at_second = 0.0

    def monotonic(self) -> float:
        return self.at_second


@pytest.fixture
def clock() -> Second:
    return Second()


def told(body: bytes = b"{}", **of: object) -> RefusedRequest:
    given = {"face": "meta", "problem": "bad_request", "code": 100, "number_id": None, **of}
    return RefusedRequest(
        **given,  # type: ignore[arg-type]  # of a test
        method="POST",
        path="/messages",
        headers={},
        body=body,
        body_bytes=len(body),
        left_out=None,
        status=400,
        details="It is bad.",
        answer_headers={},
        answer=b"{}",
    )


def counting() -> tuple[Callable[[], RefusedRequest], list[RefusedRequest]]:
    """Return what describes a refusal, and the list of what it has described."""
    described: list[RefusedRequest] = []

    def describe() -> RefusedRequest:
        described.append(told())
        return described[-1]

    return describe, described


def noted(lately: RefusedLately, clock: Second, entries: Iterator[RefusedRequest]) -> list[Entry]:
    """Take note of entries that all differ, slowly, and return what is kept."""
    for mark, each in enumerate(entries):
        clock.at_second += 1
        lately.note(mark, lambda each=each: each)  # type: ignore[misc]  # mypy does not see the default
    return list(lately.page(Wanted(10_000))[0])


def test_the_oldest_make_room_and_are_counted(clock: Second) -> None:
    lately = RefusedLately(clock)

    kept = noted(lately, clock, (told(b"%d" % n) for n in range(MOST_KEPT + 3)))

    assert [each.told.body for each in kept] == [b"%d" % n for n in range(MOST_KEPT + 2, 2, -1)]
    assert lately.forgotten == 3


def test_large_bodies_are_bounded_by_their_bytes(clock: Second) -> None:
    lately = RefusedLately(clock)

    kept = noted(lately, clock, (told(bytes(8_000)) for _ in range(MOST_KEPT)))

    assert MOST_BYTES - 10_000 < sum(each.told.size for each in kept) <= MOST_BYTES
    assert len(kept) + lately.forgotten == MOST_KEPT


def test_the_same_refusal_again_and_again_is_one_entry_with_a_count(clock: Second) -> None:
    lately = RefusedLately(clock)
    describe, described = counting()

    for _ in range(10_000):
        lately.note(1, describe)
    lately.note(2, told)
    lately.note(1, told)

    assert [each.count for each in lately.page(Wanted(10))[0]] == [1, 1, 10_000]
    assert len(described) == 1


def test_a_flood_of_different_refusals_is_only_counted_until_the_second_is_over(clock: Second) -> None:
    lately = RefusedLately(clock)
    describe, described = counting()

    for mark in range(5_000):
        lately.note(mark, describe)
    clock.at_second += 1
    lately.note(6_000, told)

    assert len(described) == MOST_A_SECOND
    assert len(lately.page(Wanted(1_000))[0]) == MOST_A_SECOND + 1
    assert lately.forgotten == 5_000 - MOST_A_SECOND


def test_a_refusal_that_was_not_looked_at_is_not_counted_with_the_one_before(
    clock: Second, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "MOST_A_SECOND", 1)
    lately = RefusedLately(clock)

    lately.note(1, told)
    lately.note(2, told)
    lately.note(1, told)

    assert [each.count for each in lately.page(Wanted(10))[0]] == [1]
    assert lately.forgotten == 2


def test_pages_follow_one_another_under_a_filter(clock: Second) -> None:
    lately = RefusedLately(clock)
    faces = ["meta", "on-premises"]
    noted(lately, clock, (told(b"%d" % n, face=faces[n % 2]) for n in range(7)))

    first, before = lately.page(Wanted(2, face="meta"))
    rest, end = lately.page(Wanted(2, before, face="meta"))

    assert [[each.told.body for each in page] for page in (first, rest)] == [[b"6", b"4"], [b"2", b"0"]]
    assert end is None


@pytest.mark.parametrize(
    ("words", "found"),
    [(["100"], 1), (["post", "/messages", "bad_request"], 1), (["bad."], 1), (["131047"], 0), (["post", "get"], 0)],
)
def test_words_are_looked_for_in_what_was_asked_and_why_it_was_refused(
    clock: Second, words: list[str], found: int
) -> None:
    lately = RefusedLately(clock)
    lately.note(1, told)

    assert len(lately.page(Wanted(10, words=words))[0]) == found


def test_whoever_listens_is_told_of_each_change(clock: Second) -> None:
    heard: list[str] = []
    lately = RefusedLately(clock, lambda: heard.append("!"))

    lately.note(1, told)
    lately.note(1, told)
    lately.forget()

    assert heard == ["!"] * 3
    assert lately.page(Wanted(10)) == ([], None)
