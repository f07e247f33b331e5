"""Certificates: the authority for webhooks is used; those that the client would serve are only kept and returned.

Waypost's own TLS is a setting of the server.

# spec: on-premises-api.md#8
"""

from msgspec import Struct
from msgspec.structs import replace

from waypost.api.onprem.callers import Callers
from waypost.api.routing import Request, Response, Route
from waypost.errors import Refusal
from waypost.errors.callers import UNKNOWN_OBJECT
from waypost.errors.requests import INVALID_VALUE
from waypost.flows.directory import Directory
from waypost.flows.documents import DocumentCollection
from waypost.model import Number
from waypost.wire import onprem

MAX_BYTES = 256 * 1024

_EXTERNAL = "/v1/certificates/external"
_WEBHOOKS = "/v1/certificates/webhooks/ca"
_TEXT = "text/plain; charset=utf-8"


class Certificates(Struct, frozen=True):
    """The handlers; of a certificate with its key only the certificates are kept."""

    callers: Callers
    directory: Directory
    stored: DocumentCollection[str]

    def routes(self) -> list[Route]:
        """Return the paths."""
        return [
            Route("POST", _EXTERNAL, self.set_external, "onprem.set_certificate"),
            Route("GET", f"{_EXTERNAL}/ca", self.get_external, "onprem.get_certificate"),
            Route("POST", _WEBHOOKS, self.set_webhooks, "onprem.set_webhook_ca"),
            Route("GET", _WEBHOOKS, self.get_webhooks, "onprem.get_webhook_ca"),
            Route("DELETE", _WEBHOOKS, self.delete_webhooks, "onprem.delete_webhook_ca"),
        ]

    async def set_external(self, request: Request) -> Response:
        """Take the certificate and key that the client would serve."""
        number = self.callers.admin(request)
        await self.stored.put(number.id, certificates(await request.body(MAX_BYTES), key=True), "external")
        return Response(200, onprem.DONE)

    async def get_external(self, request: Request) -> Response:
        """Return the certificates, without the key."""
        return _shown(await self.stored.get(self.callers.admin(request).id, "external"))

    async def set_webhooks(self, request: Request) -> Response:
        """Take the authority that signs the webhook's certificate."""
        number = self.callers.admin(request)
        await self._save_roots(number, certificates(await request.body(MAX_BYTES), key=False))
        return Response(200, onprem.DONE)

    async def get_webhooks(self, request: Request) -> Response:
        """Return the authority that signs the webhook's certificate."""
        return _shown(self.callers.admin(request).webhook_roots)

    async def delete_webhooks(self, request: Request) -> Response:
        """Forget the authority that signs the webhook's certificate."""
        number = self.callers.admin(request)
        if number.webhook_roots is None:
            raise _none()
        await self._save_roots(number, None)
        return Response(200, onprem.DONE)

    async def _save_roots(self, number: Number, pem: str | None) -> None:
        await self.directory.change_number(number, lambda now: replace(now, webhook_roots=pem))


def _shown(text: str | None) -> Response:
    if text is None:
        raise _none()
    return Response(200, text.encode("ascii"), content_type=_TEXT)


def certificates(body: bytes, *, key: bool) -> str:
    """Return the certificates in a PEM text. Raises Refusal if there is none, or no key although one is asked for."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        found = x509.load_pem_x509_certificates(body)
    except ValueError:
        raise Refusal(INVALID_VALUE, "The body is no certificate in PEM form.") from None
    if key and b"PRIVATE KEY-----" not in body:
        raise Refusal(INVALID_VALUE, "The body holds no private key; send the certificate and its key together.")
    return "".join(certificate.public_bytes(Encoding.PEM).decode("ascii") for certificate in found)


def _none() -> Refusal:
    return Refusal(UNKNOWN_OBJECT, "There is no such certificate.")
