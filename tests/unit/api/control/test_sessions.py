"""The console's sessions: how they begin and end."""

from tests.support.exchange import MemoryExchange

from waypost.api.control.sessions import LIFE_SECONDS, Sessions, cookie_header
from waypost.api.routing import Request
from waypost.lib.clock import SystemClock


class StillClock(SystemClock):
    """The machine's clock, standing still until the test moves it."""

    seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds


def request(cookie: str, scheme: str = "http") -> Request:
    headers = [(b"cookie", cookie.encode())]
    return Request("GET", "/", headers, MemoryExchange(), scheme=scheme)


def test_a_login_opens_one_session_once() -> None:
    sessions = Sessions(StillClock(), "once")

    first, second = sessions.redeem("once"), sessions.redeem("once")

    assert first is not None
    assert sessions.holds(request(f"a=b; waypost_session={first}"))
    assert second is None


def test_a_wrong_login_leaves_the_right_one_as_it_is() -> None:
    sessions = Sessions(StillClock(), "once")

    wrong = sessions.redeem("twice")

    assert wrong is None
    assert sessions.redeem("once") is not None


def test_a_session_ends_by_itself_after_twelve_hours() -> None:
    clock = StillClock()
    sessions = Sessions(clock, "once")
    secret = sessions.open()

    clock.seconds = LIFE_SECONDS - 1
    before = sessions.holds(request(f"waypost_session={secret}"))
    clock.seconds = LIFE_SECONDS
    after = sessions.holds(request(f"waypost_session={secret}"))

    assert (before, after) == (True, False)


def test_the_oldest_of_too_many_sessions_ends() -> None:
    sessions = Sessions(StillClock(), "once")

    secrets = [sessions.open() for _ in range(65)]

    held = [sessions.holds(request(f"waypost_session={secret}")) for secret in secrets]
    assert held == [False] + 64 * [True]


def test_over_https_the_cookie_is_secure() -> None:
    plain, secure = cookie_header(request(""), "x")[1], cookie_header(request("", "https"), "x")[1]

    assert (b"Secure" in plain, b"Secure" in secure) == (False, True)
