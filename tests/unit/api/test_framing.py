"""The framing of a body in chunks, however it is cut into packets."""

import httptools
import pytest

from waypost.api.framing import Framing
from waypost.api.guard import CHUNK_TOO_LARGE, Limits, Refusal

HEAD = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"


class Body:
    """Reads a request as a connection does, and keeps what is found wrong with its framing."""

    def __init__(self) -> None:
        self.framing = Framing()
        self.came = 0
        self.is_whole = False

    def on_body(self, piece: bytes) -> None:
        self.came += len(piece)

    def on_chunk_header(self) -> None:
        self.framing.chunk_began = self.came

    def on_chunk_complete(self) -> None:
        self.framing.chunk_began = None

    def on_message_complete(self) -> None:
        self.is_whole = True

    def faults(self, *packets: bytes) -> list[Refusal | None]:
        parser, found = httptools.HttpRequestParser(self), []
        for place, packet in enumerate(packets):
            parser.feed_data(packet)
            if not self.is_whole:
                found.append(self.framing.fault(packet, self.came, Limits(), is_first=place == 0))
        return found


HONEST = b"3;sign=abffffffffffffffffff\r\nabc\r\n4\r\ncafe\r\n0\r\nffffffffff: 1\r\n\r\n"


@pytest.mark.parametrize("cut", range(len(HONEST)))
def test_a_body_of_small_chunks_is_whole_wherever_it_is_cut(cut: int) -> None:
    body = Body()

    found = body.faults(HEAD, *filter(None, (HONEST[:cut], HONEST[cut:])))

    assert (body.is_whole, set(found)) == (True, {None})


@pytest.mark.parametrize(
    "packets",
    [
        (HEAD + b"4000000000\r\n",),
        (HEAD + b"4000000000\r\nabc",),
        (HEAD, b"4000000000\r\nabc"),
        (HEAD + b"3\r\nabc\r\n", b"4000000000;a=b\r\n"),
        (HEAD + b"3\r\na", b"bc\r\n4000000000\r\nabc"),
    ],
)
def test_a_chunk_larger_than_any_body_is_found_with_its_line(packets: tuple[bytes, ...]) -> None:
    found = Body().faults(*packets)

    assert found[-1] is CHUNK_TOO_LARGE
