"""llhttp, and how a request is read that offers another protocol: as if it did not.

Some clients offer HTTP/2 with every first POST. llhttp stops at such a head and skips the body; so the connection gives
the head to a new parser, without the offer, and then what came behind it.
"""

import httptools

from waypost.api.guard import Headers


def new_parser(told: object) -> httptools.HttpRequestParser:
    """Return a parser that tells `told` what it finds."""
    parser = httptools.HttpRequestParser(told)
    # What follows a request that closes the connection is left unread, and no fault of that request.
    parser.set_dangerous_leniencies(lenient_data_after_close=True)
    return parser


def head_without_offer(parser: httptools.HttpRequestParser, url: bytes, headers: Headers) -> bytes:
    """Return the head at which `parser` stopped as it would be without the offer."""
    lines = [b"%b %b HTTP/%b\r\n" % (parser.get_method(), url, parser.get_http_version().encode("ascii"))]
    lines += [b"%b: %b\r\n" % line for line in headers if line[0] != b"upgrade"]
    return b"".join([*lines, b"\r\n"])
