"""A server under test, with everything that a test does to it."""

import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from waypost.testing.control import Control
from waypost.testing.messages import Json
from waypost.testing.phone import Phone
from waypost.testing.process import Access, ServerProcess
from waypost.testing.receiver import Receiver
from waypost.testing.refusals import Refusal, expected_refusal, refused
from waypost.testing.story import Story
from waypost.testing.waiting import look_until
from waypost.testing.webhooks import Webhooks
from waypost.testing.world import Clock, Rules

GRAPH_VERSION = "v24.0"
WITHIN = 2.0
_REVIEW_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that a server has stored, to be given to `restore`."""

    data: bytes = field(repr=False)


class Waypost:
    """A running server, its phones, its clock and its webhook. Any thread may use it."""

    def __init__(self, access: Access, receiver: Receiver, *, within: float = WITHIN) -> None:
        self._access = access
        self._receiver = receiver
        self._within = within
        self._definitions: dict[tuple[str, str], Sequence[Json]] = {}
        receiver.knows(access.app_secret)
        self.control = Control(access.base_url, access.admin_token)
        """The control API, for whatever the kit has no word for."""
        self.clock = Clock(self.control)
        self.rules = Rules(self.control)
        self.webhooks = Webhooks(self.control, receiver, number=access.phone_number_id, within=within)

    def __repr__(self) -> str:
        return f"<Waypost {self.base_url}>"

    @property
    def base_url(self) -> str:
        """Where the server listens: what stands in the place of `https://graph.facebook.com`."""
        return self._access.base_url

    @property
    def graph_url(self) -> str:
        """The base URL with a version, for clients that want it so."""
        return f"{self.base_url}/{GRAPH_VERSION}"

    @property
    def phone_number_id(self) -> str:
        """The id of the business number; the same digits as the number."""
        return self._access.phone_number_id

    @property
    def waba_id(self) -> str:
        """The id of the number's account."""
        return str(self.control.get(f"/numbers/{self.phone_number_id}")["waba_id"])

    @property
    def token(self) -> str:
        """The Bearer token, which is the `D360-API-KEY` and the password of On-Premises too."""
        return self._access.token

    @property
    def app_secret(self) -> str:
        """The key of `X-Hub-Signature-256`."""
        return self._access.app_secret

    @property
    def admin_token(self) -> str:
        """The key of the control API."""
        return self._access.admin_token

    @property
    def console_url(self) -> str:
        """The console with its one-time login."""
        return self._access.console_url

    @property
    def numbers(self) -> list[dict[str, Any]]:  # Any: JSON of the control API
        """The business numbers, as the control API shows them."""
        found: list[dict[str, Any]] = self.control.get("/numbers")["numbers"]
        return found

    def env(self, client: str = "generic") -> dict[str, str]:
        """Return the variables that a client program reads, as `waypost env --client NAME` prints them."""
        from waypost.cli.programs import PROGRAMS, Access

        access = Access(self.base_url, self.phone_number_id, self.token, self.app_secret)
        return dict(PROGRAMS[client].variables(access))

    def phone(self, number: str, *, name: str | None = None, at: str | None = None) -> Phone:
        """Return the phone of a user; every number has one. `at` is the business number that it talks to."""
        wa_id = re.sub(r"[\s()+-]", "", number)
        if name is not None:
            self.control.call("PATCH", f"/phones/{wa_id}", {"name": name})
        shown = self.control.get(f"/phones/{wa_id}")["name"]
        story = Story(self.control, wa_id, shown, self.webhooks.own_url)
        return Phone(self.control, self, story, number=at or self.phone_number_id, within=self._within)

    def refusals(self) -> list[Refusal]:
        """Return the requests of programs that were refused, oldest first: no message and no status comes of them."""
        return refused(self.control)

    def expect_refusal(self, code: int | str | None = None, *, within: float | None = None) -> Refusal:
        """Expect that a request is refused, or was: with this code or name of an error if it is given; the newest.

        Raises ControlError if there is no such error.
        """
        __tracebackhide__ = True
        return expected_refusal(self.control, code, self._within if within is None else within)

    def template(
        self,
        name: str,
        body: str,
        *,
        header: str | None = None,
        footer: str | None = None,
        buttons: Sequence[str | Json] = (),
        category: str = "UTILITY",
        language: str = "en_US",
    ) -> str:
        """Make an approved template and return its id. A button is the text of a quick reply, or the platform's object.

        Raises ControlError with what the platform has against it.
        """
        parts = [_words("HEADER", header, format="TEXT"), _words("BODY", body), _words("FOOTER", footer)]
        shown = [{"type": "QUICK_REPLY", "text": each} if isinstance(each, str) else each for each in buttons]
        components = [part for part in parts if part] + ([{"type": "BUTTONS", "buttons": shown}] if shown else [])
        wish = {"name": name, "language": language, "category": category, "components": components}
        answer = json.loads(self._graph(f"/{self.waba_id}/message_templates", wish))
        self._approve(str(answer["id"]))
        return str(answer["id"])

    def snapshot(self) -> Snapshot:
        """Return everything that is stored; fault rules are no part of it."""
        return Snapshot(self.control.read("/_waypost/v1/snapshot"))

    def restore(self, snapshot: Snapshot) -> None:
        """Put the server back to a snapshot, without fault rules; what the kit's receiver has noted is forgotten."""
        self._receiver.mute()
        try:
            self.rules.clear()
            self.control.put_bytes("/snapshot", snapshot.data)
            self._definitions.clear()
        finally:
            self._receiver.unmute()

    def bytes_at(self, path: str) -> bytes:
        """Return what is at a path of the server, as the operator."""
        return self.control.read(path)

    def definition(self, name: str, language: str) -> Sequence[Json]:
        """Return the components of a template; none if there is no such template any more."""
        if (name, language) not in self._definitions:
            for each in self.control.get("/templates")["templates"]:
                self._definitions[each["name"], each["language"]] = each["components"]
        return self._definitions.get((name, language), ())

    def _approve(self, template_id: str) -> None:
        """Wait for the review, and overrule it."""
        status = look_until(lambda: self._review_of(template_id), _REVIEW_SECONDS)
        if status != "APPROVED":
            self.control.call("POST", f"/templates/{template_id}/review", {"event": "APPROVED"})

    def _review_of(self, template_id: str) -> str | None:
        found = (each for each in self.control.get("/templates")["templates"] if each["id"] == template_id)
        status = str(next(found)["status"])
        return None if status == "PENDING" else status

    def _graph(self, path: str, body: object) -> bytes:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        return self.control.ask("POST", f"/{GRAPH_VERSION}{path}", json.dumps(body).encode(), headers)


@contextmanager
def running(*options: str, within: float = WITHIN, folder: Path | None = None) -> Iterator[Waypost]:
    """Start a server with these options of `waypost serve`, and stop it at the end; for tests without pytest too.

    Without a `folder` it gets one that is gone afterwards. Raises NotStartedError.
    """
    with tempfile.TemporaryDirectory(prefix="waypost-") as made:
        receiver = Receiver()
        try:
            with ServerProcess(folder or Path(made), ["--webhook", receiver.url, *options]) as process:
                yield Waypost(process.access, receiver, within=within)
        finally:
            receiver.close()


def _words(component: str, text: str | None, **more: str) -> dict[str, Any] | None:
    """Return a component with a sample for each placeholder, as the platform asks for it; None without a text."""
    if text is None:
        return None
    places = list(dict.fromkeys(re.findall(r"\{\{(\w+)\}\}", text)))
    part: dict[str, Any] = {"type": component, **more, "text": text}
    if not places:
        return part
    kind = component.lower()
    if all(place.isdigit() for place in places):
        samples: Any = [f"sample {place}" for place in places]
        return part | {"example": {f"{kind}_text": [samples] if component == "BODY" else samples}}
    named = [{"param_name": place, "example": f"sample {place}"} for place in places]
    return part | {"example": {f"{kind}_text_named_params": named}}
