"""Which handler a path reaches, and which paths reach none."""

import pytest

from waypost.api.routing import MethodNotAllowed, NotFound, Request, Response, Route, Router, without_version


async def answer(_request: Request) -> Response:
    return Response(200)


def route(method: str, path: str) -> Route:
    return Route(method, path, answer, f"{method} {path}")


ROUTER = Router(
    [
        route("POST", "/messages"),
        route("GET", "/media/{media_id}"),
        route("DELETE", "/media/{media_id}"),
        route("GET", "/media/all"),
        route("GET", "/{phone_number_id}/{edge}"),
        route("POST", "/{phone_number_id}/messages"),
        route("GET", "/"),
    ]
)

FOUND = {
    "a fixed path": ("POST", "/messages", "POST /messages", {}),
    "a trailing slash": ("POST", "/messages/", "POST /messages", {}),
    "a variable": ("GET", "/media/12", "GET /media/{media_id}", {"media_id": "12"}),
    "a variable and a trailing slash": ("GET", "/media/12/", "GET /media/{media_id}", {"media_id": "12"}),
    "a fixed word before a variable one": ("GET", "/media/all", "GET /media/all", {}),
    "two variables": ("GET", "/1/x", "GET /{phone_number_id}/{edge}", {"phone_number_id": "1", "edge": "x"}),
    "a variable, then a word": ("POST", "/1/messages", "POST /{phone_number_id}/messages", {"phone_number_id": "1"}),
    "a decoded variable": ("GET", "/media/a%20%C3%BC", "GET /media/{media_id}", {"media_id": "a ü"}),
    "a dot inside a name": ("GET", "/media/a.b", "GET /media/{media_id}", {"media_id": "a.b"}),
    "HEAD as GET": ("HEAD", "/media/12", "GET /media/{media_id}", {"media_id": "12"}),
    "the root": ("GET", "/", "GET /", {}),
}


@pytest.mark.parametrize(("method", "path", "name", "params"), FOUND.values(), ids=FOUND.keys())
def test_a_path_reaches_its_route(method: str, path: str, name: str, params: dict[str, str]) -> None:
    found, words = ROUTER.match(method, path)

    assert (found.name, words) == (name, params)


LOST = {
    "A15 an empty segment": "//messages",
    "A15 an empty segment inside": "/media//12",
    "two trailing slashes": "/messages//",
    "an empty variable": "/media/",
    "P20 upwards": "/media/../../etc/passwd",
    "P20 upwards, in reach of the variables": "/media/..",
    "P20 here": "/media/.",
    "P20 upwards, encoded": "/media/%2e%2e",
    "P20 with a slash, encoded": "/media/%2e%2e%2f",
    "P20 encoded twice": "/media/%252e%252e",
    "P20 with a parameter": "/media/..;",
    "P20 with a parameter, encoded": "/media/..%3b",
    "P20 NUL": "/media/a%00b",
    "a line break": "/media/a%0d%0ab",
    "a backslash": "/media/a%5cb",
    "not UTF-8": "/media/%ff",
    "too long a path": "/media/12/3/4",
    "an unknown path": "/nothing",
}


@pytest.mark.parametrize("path", LOST.values(), ids=LOST.keys())
def test_a_path_that_could_be_read_in_two_ways_is_not_found(path: str) -> None:
    with pytest.raises(NotFound):
        ROUTER.match("GET", path)


def test_another_method_is_told_which_there_are() -> None:
    with pytest.raises(MethodNotAllowed) as refused:
        ROUTER.match("PUT", "/media/12")

    assert refused.value.allowed == ("DELETE", "GET")


def test_two_routes_for_one_path_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="two routes for GET /a"):
        Router([route("GET", "/a"), route("GET", "/a")])


VERSIONS = {
    "a version": ("/v24.0/1/messages", "/1/messages"),
    "without a minor number": ("/v24/1/messages", "/1/messages"),
    "a version alone": ("/v24.0", "/"),
    "none": ("/1/messages", "/1/messages"),
    "A15 too many digits": ("/v999.0/1", "/v999.0/1"),
    "a word that begins like one": ("/v24.0x/1", "/v24.0x/1"),
    "A15 an empty segment stays": ("/v20.0//123/messages", "//123/messages"),
    "capital": ("/V24.0/1", "/V24.0/1"),
}


@pytest.mark.parametrize(("path", "rest"), VERSIONS.values(), ids=VERSIONS.keys())
def test_a_version_is_taken_off(path: str, rest: str) -> None:
    assert without_version(path) == rest
