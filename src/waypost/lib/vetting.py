"""Vetting: from a link to the addresses that may be dialled for it, for the fetcher and for webhook URLs alike."""

import asyncio
import socket
from datetime import timedelta
from typing import Protocol

from msgspec import Struct

from waypost.lib.addresses import parse_address
from waypost.lib.links import FetchPolicy, Link, is_localhost, is_private_name

DNS_TIMEOUT = timedelta(seconds=5)
MAX_ADDRESSES = 16

DENIED = "leads to an address that is not allowed"

_LOOPBACK = ("127.0.0.1", "::1")


class NotFetched(Struct, frozen=True):
    """Why a link gave nothing; what the sink got is to be thrown away.

    `reason` is in plain words for whoever sent the link and completes a sentence that begins "The link" or "It".
    `retryable` is true for what may be different next time: time-outs, broken connections, 429 and 5xx.
    """

    reason: str
    retryable: bool = False


class Resolver(Protocol):
    """Looks up the addresses of a name."""

    async def resolve(self, host: str) -> list[str]:
        """Return the addresses of `host` as text, in order of preference; OSError when it has none."""
        ...


class SystemResolver:
    """The machine's own resolver, /etc/hosts included.

    All families are asked for, also those the machine has no route for: an answer is vetted whether or not it would
    have been dialled, so that the verdict on a name does not depend on the machine.
    """

    async def resolve(self, host: str) -> list[str]:
        """Return the addresses of `host`."""
        loop = asyncio.get_running_loop()
        answers = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        return [str(sockaddr[0]) for *_, sockaddr in answers]


async def vetted_addresses(link: Link, policy: FetchPolicy, resolver: Resolver) -> list[str] | NotFetched:
    """Return the addresses that may be dialled for `link`, at most 16, all of them vetted.

    One forbidden answer refuses the name. Every denial has the same text and comes before any connection.
    """
    if (link.host, link.port) in policy.own:
        return NotFetched(DENIED)
    if is_localhost(link.host):
        # Such names are not for the DNS: they are loopback, of which the policy may allow one half.
        addresses = [text for text in _LOOPBACK if _permits(policy, text, link.port)]
        return addresses or NotFetched(DENIED)
    if link.address is None and not policy.allow and is_private_name(link.host):
        # What such a name leads to is denied at best. Whether there is one in the operator's network is not told.
        return NotFetched(DENIED)
    answers = [link.host] if link.address else await _look_up(link.host, resolver)
    if isinstance(answers, NotFetched):
        return answers
    return answers if all(_permits(policy, text, link.port) for text in answers) else NotFetched(DENIED)


def _permits(policy: FetchPolicy, text: str, port: int) -> bool:
    address = parse_address(text)
    return address is not None and policy.permits(address, port)


async def _look_up(host: str, resolver: Resolver) -> list[str] | NotFetched:
    try:
        async with asyncio.timeout(DNS_TIMEOUT.total_seconds()):
            answers = await resolver.resolve(host)
    except TimeoutError:
        return NotFetched(f"names the host {host}, which was not looked up within 5 seconds", retryable=True)
    except (OSError, UnicodeError) as error:
        if isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN:
            return NotFetched(f"names the host {host}, which could not be looked up", retryable=True)
        return NotFetched(f"names the host {host}, which was not found")
    unique = list(dict.fromkeys(answers))[:MAX_ADDRESSES]
    return unique or NotFetched(f"names the host {host}, which was not found")
