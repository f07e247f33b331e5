"""The pages under `/_waypost/`: small static files, and the built console, that may load nothing but each other."""

import re
from pathlib import Path

from msgspec import Struct

import waypost
from waypost.api.routing import Handler, NotFound, Request, Response, Route

HOME = b"/_waypost/"

# Whatever text a page shows, nothing of it can run, load or be framed.
SAFE = [
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-ancestors 'none'; "
        b"base-uri 'none'; form-action 'none'; img-src 'self' blob:; media-src 'self' blob:; "
        b"require-trusted-types-for 'script'; trusted-types 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cache-control", b"no-cache"),
]

_FOLDER = Path(__file__).parent / "files"
_BUILT = Path(waypost.__file__).parent / "console"
"""What `make console` has built from `console/`; absent in a clean clone."""
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_ASSET = re.compile(r"[A-Za-z0-9_-]+\.(css|js|svg)")
_FOR_EVER = (b"cache-control", b"public, max-age=31536000, immutable")


def page_routes(document: Handler) -> list[Route]:
    """Return the paths of the pages; `document` answers with the API's own."""
    console = Console()
    return [
        Route("GET", "/", root, "open.root"),
        Route("GET", "/_waypost", console.index, "open.home"),
        Route("GET", "/_waypost/assets/{name}", console.asset, "open.asset"),
        Route("GET", "/_waypost/pages.css", page_handler("pages.css", "Return the pages' style."), "open.pages_css"),
        Route("GET", "/_waypost/docs", page_handler("docs.html", "Show this document to people."), "open.docs"),
        Route("GET", "/_waypost/docs.js", page_handler("docs.js", "Return the page's script."), "open.docs_js"),
        Route("GET", "/_waypost/openapi.json", document, "open.openapi"),
    ]


def page(name: str, *, status: int = 200) -> Response:
    """Return one of our own files. They are small and in the system's memory after the first time."""
    return _file(_FOLDER / name, status=status)


def page_handler(name: str, summary: str) -> Handler:
    """Return what answers with one of our own files; `summary` is its line in the API's document."""

    async def serve(request: Request) -> Response:
        _ = request
        return page(name)

    serve.__doc__ = summary
    return serve


class Console(Struct, frozen=True):
    """The console as it was built into a folder. Without a build its place says how to make one."""

    built: Path = _BUILT

    async def index(self, request: Request) -> Response:
        """Show the console."""
        _ = request
        index = self.built / "index.html"
        return _file(index) if index.is_file() else page("unbuilt.html")

    async def asset(self, request: Request) -> Response:
        """Return a file of the console; its name changes with what is in it, so that browsers keep it."""
        name = request.params["name"]
        path = self.built / "assets" / name
        if _ASSET.fullmatch(name) is None or not path.is_file():
            raise NotFound(request.path)
        kept = [each for each in SAFE if each[0] != b"cache-control"]
        return Response(200, path.read_bytes(), content_type=_TYPES[path.suffix], headers=[*kept, _FOR_EVER])


async def root(request: Request) -> Response:
    """Send browsers to the console."""
    accepted = b",".join(request.header_values(b"accept")).lower()
    if b"text/html" not in accepted:
        raise NotFound(request.path)
    return Response(302, content_type=None, headers=[(b"location", HOME)])


def _file(path: Path, *, status: int = 200) -> Response:
    return Response(status, path.read_bytes(), content_type=_TYPES[path.suffix], headers=SAFE)
