"""What is read of a page's head, and what hostile pages come to."""

import pytest

from waypost.lib.page_head import MAX_DESCRIPTION, MAX_PAGE_BYTES, MAX_TITLE, PageHead, read_page_head

OPEN_GRAPH = b"""<!doctype html><html><head><title>Bikes | Dock</title>
<meta property="og:title" content="Bikes &amp; parts">
<META NAME='description' CONTENT='Not this one'>
<meta property="og:description" content="Everything
   that rolls"/>
<meta property="og:image" content="/bike.jpg"><meta property="og:image" content="/second.jpg">
</head><body><title>Another</title></body></html>"""

MANY = 40_000


def test_what_a_page_says_for_cards_goes_before_its_title() -> None:
    assert read_page_head(OPEN_GRAPH, "text/html") == PageHead("Bikes & parts", "Everything that rolls", "/bike.jpg")


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (b"<title>Bikes</title>", PageHead("Bikes")),
        (b"<title>\n  Bikes\tand\nparts </title>", PageHead("Bikes and parts")),
        (b"<title>Bikes", PageHead("Bikes")),
        (b"<title></title><title>Second</title>", PageHead()),
        (b"<title>Bikes</title><meta name=description content='All of them'>", PageHead("Bikes", "All of them")),
        (b"<meta property=og:title content=''><title>Bikes</title>", PageHead("Bikes")),
        (b"<meta property=og:title><title>Bikes</title>", PageHead("Bikes")),
        (b"<script>document.write('<title>No</title>')</script><title>Yes</title>", PageHead("Yes")),
        (b"<!-- <title>No</title> --><title>Yes</title>", PageHead("Yes")),
        (b"<title>a &lt;script&gt;alert(1)&lt;/script&gt;</title>", PageHead("a <script>alert(1)</script>")),
        (b"<title>exe.\xe2\x80\xaegnp\x00\x1b[31m</title>", PageHead("exe.gnp[31m")),
        (b"", PageHead()),
        (b"\xff\xfe\x00", PageHead()),
    ],
)
def test_a_page_has_the_title_that_is_there(page: bytes, expected: PageHead) -> None:
    assert read_page_head(page, "text/html") == expected


@pytest.mark.parametrize(
    ("page", "content_type"),
    [
        ("<title>日本</title>".encode("shift_jis"), "text/html; charset=Shift_JIS"),
        ('<meta charset="gbk"><title>日本</title>'.encode("gbk"), "text/html"),
        ("<title>日本</title>".encode(), "text/html"),
        ("\ufeff<title>日本</title>".encode(), "text/html"),
        ("<title>日本</title>".encode(), "text/html; charset=punycode"),
        ("<title>日本</title>".encode(), "text/html; charset=no-such-thing"),
        ("<title>日本</title>".encode(), "text/html; charset=zip"),
    ],
)
def test_a_page_is_read_in_the_encoding_that_it_or_its_server_says(page: bytes, content_type: str) -> None:
    assert read_page_head(page, content_type).title == "日本"


def test_long_texts_are_cut() -> None:
    page = b"<title>%b</title><meta name=description content='%b'>" % (b"word " * MANY, b"d" * MANY)

    head = read_page_head(page, "text/html")

    assert (len(head.title or ""), len(head.description or "")) == (MAX_TITLE, MAX_DESCRIPTION)
    assert (head.title or "").endswith("…")


def test_what_comes_after_the_first_bytes_is_not_looked_at() -> None:
    page = b" " * MAX_PAGE_BYTES + b"<title>Late</title>"

    assert read_page_head(page, "text/html") == PageHead()


@pytest.mark.parametrize(
    "rest",
    [
        b"<![x y z>" * MANY,
        b"<title>&#" + b"9" * 5_000 + b";</title>",
        b"<!--" * MANY,
        b"<" * MAX_PAGE_BYTES,
        b"<div>" * MANY,
        b"<a b='" * MANY,
        b"<a " + b"b=c " * MANY + b">",
        b"<script>" * MANY,
        b"<title>" * MANY,
        b"<![CDATA[" * MANY,
        b"&amp" * MANY,
        b"\0" * MAX_PAGE_BYTES,
    ],
    ids=lambda rest: repr(rest[:12]),
)
def test_a_hostile_page_costs_little_and_keeps_what_came_before(rest: bytes) -> None:
    head = read_page_head(b"<meta property=og:title content=Before>" + rest, "text/html")

    assert head.title == "Before"
