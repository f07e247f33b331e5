"""Trust: which certificate authorities an outbound TLS connection believes, as contexts that are made once."""

import asyncio
import ssl
from collections import OrderedDict
from typing import Final

MAX_CONTEXTS: Final = 32
"""A context holds its root certificates, about half a megabyte."""


class Trust:
    """The usual roots, and for each request such as a PEM text adds to them.

    The usual ones are the machine's (`SSL_CERT_FILE` and `SSL_CERT_DIR` count), or certifi's where it has none.
    Making a context takes some 40 ms, which are spent on a thread, and only once something needs it.
    """

    def __init__(self, roots_pem: str | None = None) -> None:
        self._always = roots_pem or ""
        self._contexts: OrderedDict[str, ssl.SSLContext] = OrderedDict()
        self._making = asyncio.Lock()

    async def context(self, roots_pem: str | None) -> ssl.SSLContext:
        """Return the context that also believes `roots_pem`. Raises ssl.SSLError when that holds no certificate."""
        extra = self._always + (roots_pem or "")
        async with self._making:  # one of many that need the same context at once makes it
            known = self._contexts.pop(extra, None)
            made = await asyncio.to_thread(_make, extra) if known is None else known
            self._contexts[extra] = made
        if len(self._contexts) > MAX_CONTEXTS:
            self._contexts.popitem(last=False)
        return made


def _make(extra: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not context.cert_store_stats()["x509_ca"]:
        import certifi

        context.load_verify_locations(certifi.where())
    context.set_alpn_protocols(["http/1.1"])
    # A certificate that was named is an anchor, root or not; and what is strict is the same in every Python.
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VerifyFlags.VERIFY_X509_STRICT
    if extra:
        context.load_verify_locations(cadata=extra)
    return context
