"""The corpus of hostile links against the guarded fetcher, with a dialer that records and never dials."""

import asyncio
from ipaddress import ip_network

import pytest
from tests.hostile.link_corpus import (
    ALLOWED,
    DENIED_HOSTS,
    DENIED_NAMES,
    PUBLIC_V4,
    PUBLIC_V6,
    REFUSED_BY_FORM,
    ZONE,
)
from tests.hostile.link_naive import dial_naively
from tests.hostile.link_peers import LIMITS, OK, Collected, RecordingDialer, TableResolver, fetch_dry, link_to, redirect

from waypost.lib.fetcher import UNREACHABLE, Fetched, Fetcher
from waypost.lib.links import FetchPolicy
from waypost.lib.vetting import DENIED, NotFetched

GOOD = (PUBLIC_V4, 80)
DENIAL = NotFetched(DENIED)
LOOPBACK = FetchPolicy(allow=(ip_network("127.0.0.0/8"),))
DENIED_TARGETS = {**DENIED_HOSTS, **DENIED_NAMES}


@pytest.mark.parametrize("host", DENIED_TARGETS.values(), ids=DENIED_TARGETS.keys())
def test_a_forbidden_target_is_denied_before_anything_is_dialled(host: str) -> None:
    dialer = RecordingDialer([OK])

    outcome = fetch_dry(f"http://{host}/x.jpg", dialer)

    assert (outcome, dialer.dialled) == (DENIAL, [])


@pytest.mark.parametrize("host", DENIED_HOSTS.values(), ids=DENIED_HOSTS.keys())
def test_a_name_of_a_forbidden_address_is_denied_before_anything_is_dialled(host: str) -> None:
    dialer = RecordingDialer([OK])
    resolver = TableResolver({"evil.example": [host.strip("[]")]})

    outcome = fetch_dry("http://evil.example/x.jpg", dialer, resolver=resolver)

    assert (outcome, dialer.dialled) == (DENIAL, [])


@pytest.mark.parametrize("host", DENIED_TARGETS.values(), ids=DENIED_TARGETS.keys())
def test_a_redirect_to_a_forbidden_target_is_denied(host: str) -> None:
    dialer = RecordingDialer([redirect(f"http://{host}/x.jpg"), OK])

    outcome = fetch_dry("http://good.example/", dialer)

    assert (outcome, dialer.dialled) == (DENIAL, [GOOD])


@pytest.mark.parametrize("text", REFUSED_BY_FORM.values(), ids=REFUSED_BY_FORM.keys())
def test_a_redirect_to_a_hostile_form_reaches_nobody_else(text: str) -> None:
    dialer = RecordingDialer([redirect(text)])

    outcome = fetch_dry("http://good.example/", dialer)

    assert (type(outcome), {address for address, _ in dialer.dialled} <= {PUBLIC_V4}) == (NotFetched, True)


@pytest.mark.parametrize("text", ALLOWED.values(), ids=ALLOWED.keys())
def test_an_allowed_target_is_fetched(text: str) -> None:
    dialer = RecordingDialer([OK])

    outcome = fetch_dry(text, dialer)

    assert (type(outcome), len(dialer.dialled)) == (Fetched, 1)


def test_a_naive_client_is_seen_to_leak() -> None:
    """The control: the same parts around a client that trusts the common parser and the resolver's first answer."""
    dialer = RecordingDialer()
    targets = [*REFUSED_BY_FORM.values(), *(f"http://{host}/" for host in DENIED_TARGETS.values())]

    with asyncio.Runner() as runner:
        for target in targets:
            runner.run(dial_naively(target, dialer, TableResolver()))

    leaked = {address for address, _ in dialer.dialled} - {PUBLIC_V4, PUBLIC_V6}
    assert len(leaked) > 40


def test_a_rebinding_name_is_looked_up_once_and_dialled_as_vetted() -> None:
    dialer = RecordingDialer([OK])
    resolver = TableResolver({"rebind.example": [PUBLIC_V4]}, later={"rebind.example": ["127.0.0.1"]})

    fetch_dry("http://rebind.example/", dialer, resolver=resolver)

    assert (resolver.asked, dialer.dialled) == (["rebind.example"], [GOOD])


def test_each_hop_is_looked_up_anew() -> None:
    dialer = RecordingDialer([redirect("/again"), OK])
    resolver = TableResolver({"rebind.example": [PUBLIC_V4]}, later={"rebind.example": ["127.0.0.1"]})

    outcome = fetch_dry("http://rebind.example/", dialer, resolver=resolver)

    assert (outcome, len(resolver.asked), dialer.dialled) == (DENIAL, 2, [GOOD])


@pytest.mark.parametrize("peer", [("127.0.0.1", 80), (PUBLIC_V4, 22)])
def test_a_connection_that_ended_up_elsewhere_is_not_used(peer: tuple[str, int]) -> None:
    dialer = RecordingDialer([OK], peer=peer)

    outcome = fetch_dry("http://good.example/", dialer)

    assert (outcome, dialer.sent) == (DENIAL, [])


def test_of_many_answers_only_sixteen_are_considered() -> None:
    dialer = RecordingDialer()
    resolver = TableResolver({"many.example": [f"8.8.{i // 250}.{i % 250}" for i in range(5000)]})

    outcome = fetch_dry("http://many.example/", dialer, resolver=resolver)

    assert (outcome, len(dialer.dialled)) == (NotFetched(UNREACHABLE, retryable=True), 16)


@pytest.mark.parametrize("answer", ["not an address", "fe80::1%lo", "127.0.0.1:80", ""])
def test_an_answer_that_is_no_public_address_is_denied(answer: str) -> None:
    dialer = RecordingDialer([OK])

    outcome = fetch_dry("http://odd.example/", dialer, resolver=TableResolver({"odd.example": [answer]}))

    assert (outcome, dialer.dialled) == (DENIAL, [])


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.1", "[::1]", "localhost", "intranet", "db.internal", "nas.lan"])
@pytest.mark.parametrize("answers", [[OK], []], ids=["open", "closed"])
@pytest.mark.parametrize("is_there", [True, False])
def test_a_denial_tells_nothing_of_the_target(host: str, answers: list[bytes], is_there: bool) -> None:
    """Whether the port is open, and whether the operator's network has the name: neither is tried."""
    dialer = RecordingDialer(answers)
    resolver = TableResolver({host: ["10.0.0.1"]} if is_there else {})

    outcome = fetch_dry(f"http://{host}/x.jpg", dialer, resolver=resolver)

    assert (outcome, dialer.dialled, resolver.asked) == (DENIAL, [], [])


@pytest.mark.parametrize("host", ["intranet", "db.internal", "printer.local", "router.home.arpa"])
def test_names_of_a_network_are_looked_up_where_the_operator_allows_one(host: str) -> None:
    resolver = TableResolver({host: ["127.0.0.1"]})

    outcome = fetch_dry(f"http://{host}/x.jpg", RecordingDialer([OK]), policy=LOOPBACK, resolver=resolver)

    assert (type(outcome), resolver.asked) == (Fetched, [host])


def test_an_unknown_name_is_not_worth_a_retry() -> None:
    outcome = fetch_dry("http://nobody.example/", RecordingDialer())

    assert outcome == NotFetched("names the host nobody.example, which was not found")


class SilentResolver:
    """Never answers."""

    async def resolve(self, host: str) -> list[str]:
        await asyncio.Event().wait()
        return [host]


@pytest.mark.slow
def test_a_silent_resolver_is_given_up_after_five_seconds() -> None:
    fetcher = Fetcher(FetchPolicy(), resolver=SilentResolver(), dialer=RecordingDialer())

    outcome = asyncio.run(fetcher.vetted_addresses(link_to("http://slow.example/")))

    assert outcome == NotFetched(
        "names the host slow.example, which was not looked up within 5 seconds", retryable=True
    )


@pytest.mark.parametrize(
    ("own", "text"),
    [
        (("good.example", 80), "http://good.example/"),
        ((PUBLIC_V4, 80), f"http://{PUBLIC_V4}/"),
        ((PUBLIC_V4, 80), "http://public.example/"),
    ],
    ids=["its name", "its address", "another name of its address"],
)
def test_the_server_does_not_fetch_from_itself(own: tuple[str, int], text: str) -> None:
    dialer = RecordingDialer([OK])

    outcome = fetch_dry(text, dialer, policy=FetchPolicy(own=frozenset({own})))

    assert (outcome, dialer.dialled) == (DENIAL, [])


@pytest.mark.parametrize(
    ("text", "dialled"),
    [
        ("http://127.0.0.1:9999/x.jpg", [("127.0.0.1", 9999)]),
        ("http://localhost:9999/x", [("127.0.0.1", 9999)]),
        ("http://x.localhost/x", [("127.0.0.1", 80)]),
        ("http://loopback.example:22/x", [("127.0.0.1", 22)]),
        ("http://good.example/x", [GOOD]),
    ],
)
def test_a_network_that_the_operator_allows_is_reachable_on_any_port(text: str, dialled: list[tuple[str, int]]) -> None:
    dialer = RecordingDialer([OK])

    outcome = fetch_dry(text, dialer, policy=LOOPBACK)

    assert (type(outcome), dialer.dialled) == (Fetched, dialled)


@pytest.mark.parametrize(
    "text",
    [
        "http://10.0.0.1/",
        "http://[::1]:9999/",
        "http://good.example:22/",
        "http://[::ffff:127.0.0.1]:9999/",
        "http://0.0.0.0:9999/",
        "http://mixed.example/",
    ],
)
def test_allowing_a_network_allows_nothing_else(text: str) -> None:
    dialer = RecordingDialer([OK])

    outcome = fetch_dry(text, dialer, policy=LOOPBACK)

    assert (outcome, dialer.dialled) == (DENIAL, [])


def test_a_webhook_url_is_vetted_without_being_dialled() -> None:
    dialer = RecordingDialer()
    fetcher = Fetcher(FetchPolicy(), resolver=TableResolver(ZONE), dialer=dialer)

    vetted = asyncio.run(fetcher.vetted_addresses(link_to("https://good.example/hook")))

    assert (vetted, dialer.dialled) == ([PUBLIC_V4], [])


def test_a_text_that_is_no_header_value_is_the_callers_mistake() -> None:
    fetch = Fetcher(FetchPolicy()).fetch(
        link_to("http://good.example/"), limits=LIMITS, sink=Collected().take, authorization="Bearer x\r\nEvil: 1"
    )

    with pytest.raises(ValueError, match="authorization"):
        asyncio.run(fetch)
