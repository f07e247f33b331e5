"""A client of the control API for programs on the operator's side: commands and tests. It blocks.

Each call has a connection of its own: one that is kept open may be closed by the server just then, and nobody could
say whether the call was taken. A server on loopback may have made its own certificate (`--tls`), so that nothing is
verified there; any other certificate is.
"""

import http.client
import json
import ssl
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

_PREFIX = "/_waypost/v1"
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class ControlError(Exception):
    """The server refused, in its words; `status` is None if it could not be reached."""

    def __init__(self, message: str, *, status: int | None = None, code: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class ControlClient:
    """Calls the control API of the server at `base_url` with an admin token; threads may share it."""

    def __init__(self, base_url: str, token: str, *, timeout_seconds: float = 30.0) -> None:
        """Nothing is connected yet. Raises ValueError for what is no http(s) URL."""
        url = urlsplit(base_url)
        if url.scheme not in ("http", "https") or not url.hostname:
            raise ValueError(f"{base_url} is no http or https URL")
        self.base_url = base_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"}
        self._url = url
        self._timeout = timeout_seconds

    def call(self, method: str, path: str, body: object = None, **query: object) -> Any:  # Any: JSON
        """Return the decoded answer to a call of `path` below `/_waypost/v1`; query members that are None are left out.

        Raises ControlError for every answer but a success.
        """
        data = None if body is None else json.dumps(body).encode()
        answer = self.ask(method, _PREFIX + _with_query(path, query), data, {"Content-Type": "application/json"})
        return json.loads(answer) if answer else None

    def steps(self, path: str, wish: Mapping[str, object]) -> Iterator[Any]:  # Any: JSON
        """Yield each answer to a wish that takes several: the next is asked for with the `next` of the one before.

        What is None is left out of the wish. Raises ControlError.
        """
        given = {name: value for name, value in wish.items() if value is not None}
        while True:
            answer = self.call("POST", path, given)
            yield answer
            if answer["next"] is None:
                return
            given["after"] = answer["next"]

    def read(self, path: str) -> bytes:
        """Return the bytes at a path that an answer has named. Raises ControlError."""
        return self.ask("GET", path)

    def ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> bytes:
        """Return the bytes of a successful answer; the token goes along unless `headers` has one.

        Raises ControlError.
        """
        connection = self._connection(self._timeout)
        try:
            connection.request(method, path, body, self._headers | (headers or {}))
            answer = connection.getresponse()
            status, content = answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise _out_of_reach(self.base_url, error) from error
        finally:
            connection.close()
        if status >= 300:
            raise _refused(status, content)
        return content

    def events(
        self, path: str, *, last_id: str | None = None, quiet_seconds: float = 60.0
    ) -> Iterator[tuple[str, str]]:
        """Yield the server-sent events at a path below `/_waypost/v1`, as (event, data), until the server ends them.

        `last_id` is the id of the last event that was heard. Raises ControlError if they cannot be had, or when
        `quiet_seconds` pass without a sign of life.
        """
        connection = self._connection(quiet_seconds)
        heard = {} if last_id is None else {"Last-Event-ID": last_id}
        try:
            headers = self._headers | heard | {"Accept": "text/event-stream"}
            connection.request("GET", _PREFIX + path, headers=headers)
            answer = connection.getresponse()
            if answer.status != 200:
                raise _refused(answer.status, answer.read())
            yield from _parsed(answer)
        except (OSError, http.client.HTTPException) as error:
            raise _out_of_reach(self.base_url, error) from error
        finally:
            connection.close()

    def _connection(self, timeout_seconds: float) -> http.client.HTTPConnection:
        host, port = self._url.hostname or "", self._url.port
        if self._url.scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=timeout_seconds)
        context = ssl.create_default_context()
        if host in _LOOPBACK:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return http.client.HTTPSConnection(host, port, timeout=timeout_seconds, context=context)


def _with_query(path: str, query: dict[str, object]) -> str:
    given = {name: str(value) for name, value in query.items() if value is not None}
    return f"{quote(path)}?{urlencode(given)}" if given else quote(path)


def _parsed(lines: http.client.HTTPResponse) -> Iterator[tuple[str, str]]:
    """Yield the events of a stream; comments, which are signs of life, are skipped."""
    event, data = "message", list[str]()
    for raw in lines:
        name, _, value = raw.decode("utf-8").rstrip("\r\n").partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            event = value
        elif name == "data":
            data.append(value)
        elif not name and not value and data:
            yield event, "\n".join(data)
            event, data = "message", []


def _refused(status: int, answer: bytes) -> ControlError:
    """Return the server's own sentence: the control API's, or the Cloud API's where a program's call was made."""
    try:
        error = json.loads(answer)["error"]
        message = error.get("error_data", {}).get("details") or error["message"]
        return ControlError(str(message), status=status, code=str(error["code"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        text = answer[:500].decode("utf-8", "replace").strip()
        return ControlError(f"the server answered {status}: {text}", status=status)


def _out_of_reach(base_url: str, error: Exception) -> ControlError:
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return ControlError(f"no Waypost answers at {base_url} ({reason})")
