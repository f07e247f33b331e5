"""The pages under `/_waypost/`: small static files that may load nothing but each other."""

from pathlib import Path

from waypost.api.routing import Handler, NotFound, Request, Response

HOME = b"/_waypost/"

# Whatever text a page shows, nothing of it can run, load or be framed.
SAFE = [
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-ancestors 'none'; "
        b"base-uri 'none'; form-action 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cache-control", b"no-cache"),
]

_FOLDER = Path(__file__).parent / "files"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
}


def page(name: str, *, status: int = 200) -> Response:
    """Return one of our own files. They are small and in the system's memory after the first time."""
    path = _FOLDER / name
    return Response(status, path.read_bytes(), content_type=_TYPES[path.suffix], headers=SAFE)


def page_handler(name: str, summary: str) -> Handler:
    """Return what answers with one of our own files; `summary` is its line in the API's document."""

    async def serve(request: Request) -> Response:
        _ = request
        return page(name)

    serve.__doc__ = summary
    return serve


async def root(request: Request) -> Response:
    """Send browsers to the console."""
    accepted = b",".join(request.header_values(b"accept")).lower()
    if b"text/html" not in accepted:
        raise NotFound(request.path)
    return Response(302, content_type=None, headers=[(b"location", HOME)])
