"""What a phone has received, as a test reads it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol

Json = Mapping[str, Any]  # Any: JSON of the control API
_FILES = ("image", "video", "audio", "document", "sticker")


def clock_of(moment: str) -> str:
    """Return the time of day of a moment of the control API, to the millisecond, as failures show it."""
    return datetime.fromisoformat(moment).strftime("%H:%M:%S.%f")[:-3]


class Source(Protocol):
    """Where a message looks for what it does not carry itself."""

    def bytes_at(self, path: str) -> bytes:
        """Return a stored file."""
        ...

    def definition(self, name: str, language: str) -> Sequence[Json]:
        """Return the components of a template; none if there is no such template any more."""
        ...


@dataclass(frozen=True, slots=True)
class Button:
    """A button; `id` is what comes back when it is tapped, empty for one that sends nothing back."""

    title: str
    id: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a list."""

    title: str
    id: str
    description: str = ""
    section: str = ""


@dataclass(frozen=True, slots=True)
class Location:
    """A point on the map."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact card."""

    name: str
    phones: tuple[str, ...]


@dataclass(frozen=True)
class Media:
    """A file of a message; `sha256` is hexadecimal."""

    id: str
    mime_type: str
    sha256: str
    size: int
    filename: str | None
    path: str = field(repr=False)
    source: Source = field(repr=False, compare=False)

    @cached_property
    def bytes(self) -> bytes:
        """The file itself, fetched when it is first asked for."""
        return self.source.bytes_at(self.path)


@dataclass(frozen=True)
class Message:
    """A message on a phone, as it was when it was looked at.

    `type` is WhatsApp's word, `text` is what the user reads: a text, a caption, the body of an interactive message, a
    template with its parameters filled in. `content` is the object that was sent under the name of the type.
    """

    raw: Json = field(repr=False)
    source: Source = field(repr=False, compare=False)

    def __repr__(self) -> str:
        return f"<Message {self.type} {self.text!r} {self.status}>"

    @property
    def id(self) -> str:
        """Its wamid."""
        return str(self.raw["id"])

    @property
    def type(self) -> str:
        """WhatsApp's word for what it is."""
        return str(self.raw["type"])

    @property
    def form(self) -> str:
        """The type of an interactive message, such as `button` or `list`; of any other message its type."""
        return str(self.content["type"]) if self.type == "interactive" else self.type

    @property
    def number(self) -> str:
        """The phone_number_id that sent it."""
        return str(self.raw["phone_number_id"])

    @property
    def at(self) -> datetime:
        """When it was sent, in platform time."""
        return datetime.fromisoformat(self.raw["at"])

    @property
    def status(self) -> str:
        """How far it had come: `sent`, `delivered`, `read`."""
        return str(self.raw["status"])

    @property
    def text(self) -> str:
        """What the user reads."""
        if self.type in _FILES:
            return str(self.content.get("caption") or "")
        if self.type == "template":
            return "\n".join(self._lines[bool(self.header) : len(self._lines) - bool(self.footer)])
        return str(self.raw["body"] or "") if self.type in ("text", "interactive") else ""

    @property
    def content(self) -> Any:  # Any: each type's own object
        """The object of its type, as the program sent it; of contacts a list."""
        return self.raw["content"]

    @property
    def media(self) -> Media:
        """Its file; of an interactive message or a template that of the header. Raises LookupError without one."""
        found = self._media(self.raw["media"])
        if found is None:
            raise LookupError(f"{self!r} has no file, or it was deleted.")
        return found

    @property
    def more_media(self) -> tuple[Media | None, ...]:
        """The files after the first, of a carousel for example; None for one that was deleted."""
        return tuple(self._media(each) for each in self.raw["more_media"])

    @property
    def voice(self) -> bool:
        """Whether it is a voice message."""
        return self.type == "audio" and bool(self.content.get("voice"))

    @property
    def filename(self) -> str | None:
        """The name of a document."""
        named = self.content.get("filename") if self.type == "document" else None
        return str(named) if named else (self.raw["media"] or {}).get("filename")

    @property
    def replied_to(self) -> str | None:
        """The id of the message that it quotes."""
        quoted = self.raw["context_id"]
        return None if quoted is None else str(quoted)

    @property
    def emoji(self) -> str | None:
        """What a reaction shows; None if it takes one back."""
        return self.content.get("emoji") or None if self.type == "reaction" else None

    @property
    def reacted_to(self) -> str | None:
        """The id of the message that a reaction is about."""
        return str(self.content["message_id"]) if self.type == "reaction" else None

    @property
    def location(self) -> Location | None:
        """The point of a location message."""
        if self.type != "location":
            return None
        given = {name: self.content.get(name) or "" for name in ("name", "address")}
        return Location(float(self.content["latitude"]), float(self.content["longitude"]), **given)

    @property
    def contacts(self) -> tuple[Contact, ...]:
        """The cards of a contacts message."""
        cards = self.content if self.type == "contacts" else []
        return tuple(
            Contact(card["name"]["formatted_name"], tuple(phone.get("phone", "") for phone in card.get("phones") or ()))
            for card in cards
        )

    @property
    def header(self) -> str:
        """The text above an interactive message or a template."""
        if self.type == "template":
            return self._lines[0] if self._has_text("HEADER") else ""
        return str((self._part("header") or {}).get("text", ""))

    @property
    def footer(self) -> str:
        """The small print below an interactive message or a template."""
        if self.type == "template":
            return self._lines[-1] if self._has_text("FOOTER") else ""
        return str((self._part("footer") or {}).get("text", ""))

    @property
    def buttons(self) -> tuple[Button, ...]:
        """What can be tapped, links included; the rows of a list are `rows`."""
        if self.type == "template":
            return tuple(_template_buttons(self._definition()))
        return tuple(_buttons(self.content)) if self.type == "interactive" else ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows of a list, section after section."""
        sections = self.content["action"]["sections"] if self.form == "list" else []
        return tuple(
            Row(row["title"], row["id"], row.get("description") or "", section.get("title") or "")
            for section in sections
            for row in section["rows"]
        )

    @property
    def template(self) -> str | None:
        """The name of the template."""
        return str(self.content["name"]) if self.type == "template" else None

    def _media(self, shown: Json | None) -> Media | None:
        if shown is None:
            return None
        names = ("id", "mime_type", "sha256", "size", "filename")
        return Media(**{name: shown[name] for name in names}, path=shown["url"], source=self.source)

    def _part(self, name: str) -> Json | None:
        part: Json | None = self.content.get(name) if self.type == "interactive" else None
        return part

    @property
    def _lines(self) -> list[str]:
        """What the server shows of a template: the text of the header, the body and the footer, filled in."""
        return str(self.raw["body"]).split("\n")

    def _has_text(self, component: str) -> bool:
        return any(each.get("text") for each in self._definition() if each["type"].upper() == component)

    def _definition(self) -> Sequence[Json]:
        return self.source.definition(self.content["name"], self.content["language"]["code"])


def _buttons(content: Json) -> Iterator[Button]:
    action = content["action"]
    if action.get("name") == "cta_url":
        yield Button(action["parameters"]["display_text"], url=action["parameters"]["url"])
    given = [*action.get("buttons", ())]
    given += [button for card in action.get("cards", ()) for button in card.get("action", {}).get("buttons", ())]
    for each in given:
        reply = each.get("reply") or each.get("quick_reply") or {}
        yield Button(reply.get("title", ""), reply.get("id", ""))


def _template_buttons(components: Sequence[Json]) -> Iterator[Button]:
    for component in components:
        for each in component.get("buttons", ()):
            answers = each["type"].upper() == "QUICK_REPLY"
            yield Button(each.get("text", ""), each.get("text", "") if answers else "", each.get("url") or "")


@dataclass(frozen=True, slots=True)
class Written:
    """A message that a phone's user has written: its id in both dialects, and that of its file."""

    id: str
    onprem_id: str
    media_id: str | None


def id_of(message: Message | Written | str) -> str:
    """Return the id of a message, or the id itself."""
    return message if isinstance(message, str) else message.id
