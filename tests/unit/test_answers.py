"""Answers are the same in however many packets they come, and nothing that comes breaks the reader."""

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from waypost.lib.answers import MAX_HEAD_BYTES, MAX_WIRE_BYTES, AnswerReader

KEPT = 50

TOKENS = st.text("abcXYZ-", min_size=1, max_size=10).filter(lambda name: name.lower() not in {"te", "connection"})
VALUES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=8)
HEADERS = st.lists(st.tuples(TOKENS | st.just("Retry-After"), VALUES), max_size=2)
CUTS = st.lists(st.integers(0, 1_000), max_size=8)
BODIES = st.binary(max_size=2 * KEPT)
SLOWLY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # other tests run beside it


def lines(first: str, headers: list[tuple[str, str]]) -> bytes:
    return "".join([f"{first}\r\n", *(f"{name}: {value}\r\n" for name, value in headers), "\r\n"]).encode()


@st.composite
def answers(draw: st.DrawFn) -> bytes:
    interim = [
        lines(f"HTTP/1.1 {status} Wait", draw(HEADERS))
        for status in draw(st.lists(st.sampled_from([100, 103]), max_size=2))
    ]
    status = draw(st.integers(200, 599).filter(lambda code: code not in {204, 304}))
    body, headers = draw(BODIES), draw(HEADERS)
    if draw(st.booleans()):
        head = lines(f"HTTP/1.1 {status} Said", [*headers, ("Content-Length", str(len(body)))])
        return b"".join([*interim, head, body])
    head = lines(f"HTTP/1.1 {status} Said", [*headers, ("Transfer-Encoding", "chunked")])
    cut = draw(st.integers(0, len(body)))
    chunks = [b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in (body[:cut], body[cut:]) if chunk]
    return b"".join([*interim, head, *chunks, b"0\r\n\r\n"])


def packets(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[start:end] for start, end in pairwise(edges) if start < end]


def read(parts: list[bytes]) -> tuple[int, bytes, str | None]:
    reader = AnswerReader()
    reader.begin(KEPT)
    any(reader.feed(part) for part in parts)
    return reader.status, reader.body, reader.retry_after


@SLOWLY
@given(answers(), CUTS)
def test_an_answer_is_the_same_however_it_is_cut(answer: bytes, cuts: list[int]) -> None:
    assert read(packets(answer, cuts)) == read([answer])


@SLOWLY
@given(answers(), answers(), CUTS)
def test_two_answers_are_told_apart_on_one_connection(first: bytes, second: bytes, cuts: list[int]) -> None:
    reader = AnswerReader()
    reader.begin(MAX_HEAD_BYTES)
    ended = [reader.feed(part) for part in packets(first, cuts)]
    could_follow = reader.may_follow
    reader.begin(KEPT)
    any(reader.feed(part) for part in packets(second, cuts))

    assert (ended, could_follow) == ([False] * (len(ended) - 1) + [True], True)
    assert (reader.status, reader.body, reader.retry_after) == read([second])


@SLOWLY
@given(answers(), st.binary(min_size=1, max_size=50).filter(lambda more: more.strip(b"\r\n")))
def test_what_comes_behind_an_answer_ends_the_connection_and_not_the_answer(answer: bytes, more: bytes) -> None:
    reader = AnswerReader()
    reader.begin(MAX_HEAD_BYTES)

    assert reader.feed(answer + more)
    assert (reader.status, reader.body[:KEPT], reader.retry_after) == read([answer])
    assert not reader.may_follow


@SLOWLY
@given(st.lists(st.binary(max_size=50) | answers(), max_size=3))
def test_nothing_that_comes_breaks_the_reader(parts: list[bytes]) -> None:
    status, body, _ = read(parts)

    assert status == 0 or 200 <= status <= 999
    assert len(body) <= KEPT


@pytest.mark.parametrize("flood", [b"X-Y: z\r\n" * 128, b"x" * 1_024], ids=["many headers", "one header"])
def test_a_head_is_read_to_64_kib(flood: bytes) -> None:
    reader = AnswerReader()
    reader.begin(KEPT)
    reader.feed(b"HTTP/1.1 200 OK\r\nX-Y: ")

    fed = [reader.feed(flood) for _ in range(64)]

    assert fed == [False] * 63 + [True]
    assert (reader.status, reader.may_follow) == (0, False)


def test_a_head_and_its_flood_in_one_packet_are_bounded_too() -> None:
    reader = AnswerReader()
    reader.begin(KEPT)

    assert reader.feed(b"HTTP/1.1 200 OK\r\nX: " + b"x" * MAX_HEAD_BYTES + b"\r\nContent-Length: 0\r\n\r\n")
    assert reader.status == 0


def test_chunks_of_one_byte_do_not_go_on_for_ever() -> None:
    reader = AnswerReader()
    reader.begin(MAX_WIRE_BYTES)
    reader.feed(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")

    fed = next(count for count in range(MAX_WIRE_BYTES) if reader.feed(b"1\r\nx\r\n" * 100))

    assert fed == MAX_WIRE_BYTES // 600
    assert (reader.status, reader.may_follow) == (200, False)
