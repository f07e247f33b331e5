"""What a web page says of itself in its head: title, description and picture, as plain text and nothing else.

The page is a stranger's. Only its first bytes are looked at, every text is cut, and a page that makes the parser give
up is taken as far as it was read.
"""

import codecs
import re
from contextlib import suppress
from html.parser import HTMLParser

from msgspec import Struct

MAX_PAGE_BYTES = 256 * 1024
"""How much of a page is looked at; its head is not expected beyond."""
MAX_TITLE = 300
MAX_DESCRIPTION = 500
MAX_ADDRESS = 2048

_WANTED = ("og:title", "og:description", "description", "og:image")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.ASCII | re.IGNORECASE)
_META_CHARSET = re.compile(rb"<meta[^>]{1,200}charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_CHARSET_WITHIN = 1024
_ENCODINGS = re.compile(
    r"utf-8|utf-16|ascii|iso8859-\d+|cp125\d|shift_jis|euc_jp|euc_kr|gb2312|gbk|gb18030|big5|koi8-[ru]"
)
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""Control characters, those that turn the direction of the text around them, and halves of characters."""


class PageHead(Struct, frozen=True):
    """What a page says of itself; `image` is an address as it stands there, perhaps a relative one."""

    title: str | None = None
    description: str | None = None
    image: str | None = None


def read_page_head(page: bytes, content_type: str) -> PageHead:
    """Return what the first `MAX_PAGE_BYTES` of a page say of it; takes some 50 ms, so call it in a thread."""
    parser = _Head()
    page = page[:MAX_PAGE_BYTES]
    # So the parser gives up: at a declaration that is none, and at a character whose number has 5,000 digits.
    with suppress(AssertionError, ValueError):
        # Never closed: what is unfinished at the end is left unread, so that no part is looked at again and again.
        parser.feed(page.decode(_encoding(page, content_type), errors="replace"))
    found = parser.found
    return PageHead(
        title=_plain(found.get("og:title", ""), MAX_TITLE) or _plain(parser.title, MAX_TITLE),
        description=_plain(found.get("og:description") or found.get("description", ""), MAX_DESCRIPTION),
        image=found.get("og:image", "").strip()[:MAX_ADDRESS] or None,
    )


class _Head(HTMLParser):
    """Keeps the first title and the first of each property."""

    def __init__(self) -> None:
        super().__init__()
        self.title = ""
        self.found: dict[str, str] = {}
        self._titles = 0
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a property, or look out for the words of the title."""
        if tag == "title":
            self._titles += 1
            self._in_title = self._titles == 1
        elif tag == "meta":
            given = dict(attrs)
            name = (given.get("property") or given.get("name") or "").strip().lower()
            if name in _WANTED:
                self.found.setdefault(name, (given.get("content") or "")[: 2 * MAX_ADDRESS])

    def handle_endtag(self, tag: str) -> None:
        """End the first title."""
        if tag == "title":
            self._in_title = False

    def handle_data(self, data: str) -> None:
        """Take the words of the title."""
        if self._in_title and len(self.title) < 4 * MAX_TITLE:
            self.title += data[: 4 * MAX_TITLE]


def _encoding(page: bytes, content_type: str) -> str:
    """Return how the page is encoded: as its server says, else as it says; UTF-8 for what no page should be in."""
    in_page = _META_CHARSET.search(page[:_CHARSET_WITHIN])
    said = _CHARSET.search(content_type)
    name = said[1] if said else in_page[1].decode("ascii") if in_page else "utf-8"
    try:
        found = codecs.lookup(name).name
    except LookupError:
        return "utf-8"
    return found if _ENCODINGS.fullmatch(found) else "utf-8"


def _plain(text: str, most: int) -> str | None:
    """Return a text in one line, of at most so many characters; None if nothing is left."""
    line = " ".join(_UNSEEN.sub("", text[: 4 * most]).split())
    return (line if len(line) <= most else line[: most - 1].rstrip() + "…") or None
