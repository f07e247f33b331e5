"""Why a receiver's check of a signature fails."""

import base64

from msgspec import Struct

from waypost.api.control.answers import answer, body_of, known_number
from waypost.api.control.topics import ABSENT, V1
from waypost.api.routing import Request, Response, Route
from waypost.errors import Refusal
from waypost.errors.requests import INVALID_VALUE
from waypost.flows.directory import Directory
from waypost.model import Number
from waypost.rules.signature import explain
from waypost.wire.control.signature import SignatureCheck, SignatureVerdict


class Signatures(Struct, frozen=True):
    """The handler, with what it uses."""

    directory: Directory

    def routes(self) -> list[Route]:
        """Return the paths."""
        path = f"{V1}/webhooks/signature"
        return [Route("POST", path, self.explain, "explain_signature", SignatureCheck, SignatureVerdict, ABSENT)]

    async def explain(self, request: Request) -> Response:
        """Say what is wrong with a webhook's signature: paste the body and the header that your receiver compares."""
        check = await body_of(request, SignatureCheck)
        number = known_number(self.directory, check.number)
        found = explain(_bytes_of(check), check.header, number.app_secret, self._others(number))
        return answer(SignatureVerdict(found.matches, found.expected, check.header, found.findings))

    def _others(self, number: Number) -> dict[str, str]:
        """Return every other secret that signs or has signed webhooks here, by whose it is."""
        secrets = {f"the number {each.digits}": each.app_secret for each in self.directory.numbers()}
        for each in self.directory.numbers():
            secrets |= {
                f"the endpoint {one.id}": one.secret for one in each.callbacks.further if one.secret is not None
            }
            if each.former_secret is not None:
                secrets[f"the number {each.digits} before it was changed"] = each.former_secret.secret
        return {whose: secret for whose, secret in secrets.items() if secret != number.app_secret}


def _bytes_of(check: SignatureCheck) -> bytes:
    if check.encoding == "utf-8":
        return check.body.encode()
    try:
        return base64.b64decode(check.body, validate=True)
    except ValueError:
        raise Refusal(INVALID_VALUE, "body: it is not base64; leave `encoding` out if it is text.") from None
