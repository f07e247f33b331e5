"""How the built console is served, and what stands in its place while there is none."""

from pathlib import Path

import pytest
from tests.support.exchange import MemoryExchange

from waypost.api.control.pages import Console
from waypost.api.routing import NotFound, Request, Response, Route, Router

pytestmark = pytest.mark.anyio


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A console that was built, with a secret beside it."""
    assets = tmp_path / "console" / "assets"
    assets.mkdir(parents=True)
    (tmp_path / "secret.js").write_text("secret")
    (assets.parent / "index.html").write_text("<!doctype html>the console")
    (assets.parent / ".built").write_text("digest")
    (assets / "index-D2X_AgXK.js").write_text("script")
    (assets / "index-CDyAxIfd.css").write_text("style")
    (assets / "mark-DddHzR1x.svg").write_text("drawing")
    (assets / "notes.txt").write_text("notes")
    return assets.parent


async def ask(console: Console, path: str) -> Response:
    routes = [
        Route("GET", "/_waypost", console.index, "home"),
        Route("GET", "/_waypost/assets/{name}", console.asset, "asset"),
    ]
    route, params = Router(routes).match("GET", path)
    request = Request("GET", path, [], MemoryExchange())
    request.params = params
    answer = await route.handler(request)
    assert isinstance(answer, Response)
    return answer


async def test_the_built_console_is_at_its_place(built: Path) -> None:
    answer = await ask(Console(built), "/_waypost/")

    headers = dict(answer.headers)
    assert answer.body == b"<!doctype html>the console"
    assert headers[b"content-type"] == b"text/html; charset=utf-8"
    assert headers[b"cache-control"] == b"no-cache"


async def test_without_a_build_the_page_says_how_to_make_one(tmp_path: Path) -> None:
    answer = await ask(Console(tmp_path / "console"), "/_waypost/")

    assert answer.status == 200
    assert b"make console" in answer.body


@pytest.mark.parametrize(
    ("name", "kind", "body"),
    [
        ("index-D2X_AgXK.js", b"text/javascript; charset=utf-8", b"script"),
        ("index-CDyAxIfd.css", b"text/css; charset=utf-8", b"style"),
        ("mark-DddHzR1x.svg", b"image/svg+xml", b"drawing"),
    ],
)
async def test_a_file_has_its_type_and_is_kept_for_ever(built: Path, name: str, kind: bytes, body: bytes) -> None:
    answer = await ask(Console(built), f"/_waypost/assets/{name}")

    assert answer.body == body
    assert [value for key, value in answer.headers if key == b"content-type"] == [kind]
    assert [value for key, value in answer.headers if key == b"cache-control"] == [
        b"public, max-age=31536000, immutable"
    ]
    assert (b"x-content-type-options", b"nosniff") in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/_waypost/assets/absent-D2X_AgXK.js",
        "/_waypost/assets/notes.txt",
        "/_waypost/assets/.built",
        "/_waypost/assets/..",
        "/_waypost/assets/..%2f..%2fsecret.js",
        "/_waypost/assets/../../secret.js",
        "/_waypost/assets/..%5c..%5csecret.js",
        "/_waypost/assets/%2e%2e",
        "/_waypost/assets/index-D2X_AgXK.js%00.css",
        "/_waypost/assets/",
        "/_waypost/assets/assets/index-D2X_AgXK.js",
        "/_waypost/.built",
    ],
)
async def test_nothing_else_of_the_disk_is_served(built: Path, path: str) -> None:
    with pytest.raises(NotFound):
        await ask(Console(built), path)
