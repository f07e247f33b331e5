"""Writes a conversation down as a test: what the user did as actions of a phone, what came as expectations."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Body = Mapping[str, Any]  # Any: a message of the control API

_WIDEST = 118
_LONG_SILENCE_SECONDS = 3600
"""Platform time that passes between two messages without a word in the test."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One message of a chat: as the list shows it, and as the phone does (None: it never came to the phone)."""

    listed: Body
    on_phone: Body | None

    @property
    def id(self) -> str:
        """Its wamid."""
        return str(self.listed["id"])

    @property
    def is_users(self) -> bool:
        """Whether the phone's user wrote it."""
        return bool(self.listed["direction"] == "inbound")


@dataclass(slots=True)
class Script:
    """A test in the making; `files` are the files that the user sent, by the name that the test reads them under."""

    wa_id: str
    name: str
    entries: Sequence[Entry]
    files: dict[str, str] = field(default_factory=dict)
    """Path of the control API by name."""

    def text(self) -> str:
        """Return the source of the test; pytest runs it with the kit's plugin."""
        body = "\n".join(f"    {line}" if line else "" for line in self._lines()) or "    pass"
        here = "HERE = Path(__file__).parent\n\n\n" if self.files else "\n"
        imports = "from pathlib import Path\n\nimport pytest\n\n" if self.files else "import pytest\n\n"
        return f'''"""A conversation of {self.name} that was recorded; what is expected is what came."""

{imports}{here}@pytest.fixture
def {self._who}(waypost):
    # Start the program under test here: waypost_bot(app), or waypost.webhooks.to(url) for one that runs elsewhere.
    return waypost.phone({quoted("+" + self.wa_id)}, name={quoted(self.name)})


def test_the_conversation_with_{self._who}({self._who}, waypost):
{body}
'''

    @property
    def _who(self) -> str:
        word = re.sub(r"\W+", "_", self.name.lower(), flags=re.ASCII).strip("_")
        return word if word.isidentifier() and word not in ("waypost", "pytest") else "phone"

    def _lines(self) -> Iterator[str]:
        named = self._names()
        before: Entry | None = None
        for entry in self.entries:
            if before is not None:
                yield from _silence(before, entry)
                if before.is_users != entry.is_users:
                    yield ""
            call = self._call(entry, named)
            if call is not None:
                name = named.get(entry.id)
                yield from _wrapped(f"{name} = {call}" if name else call)
            before = entry

    def _names(self) -> dict[str, str]:
        """Return a name for each message that a later one is about."""
        about = [about_id for entry in self.entries if (about_id := self._about(entry))]
        there = [entry.id for entry in self.entries]
        return {id_: f"message_{1 + place}" for place, id_ in enumerate(id_ for id_ in there if id_ in about)}

    def _about(self, entry: Entry) -> str | None:
        """Return the message that an entry names in the test."""
        if entry.on_phone is None:
            return None
        content = entry.on_phone["content"] if isinstance(entry.on_phone["content"], dict) else {}
        match entry.listed["type"]:
            case "reaction":
                return content.get("message_id")
            case "edit" | "revoke":
                return content.get("original_message_id")
            case "button":
                return None
            case "interactive" if entry.is_users:
                return None
        context: str | None = entry.on_phone["context_id"]
        return context if entry.is_users else None

    def _call(self, entry: Entry, named: Mapping[str, str]) -> str | None:
        if entry.is_users:
            return self._done(entry, named)
        if entry.on_phone is None:
            fault = entry.listed["fault"]
            return f'waypost.webhooks.expect_status("failed", code={fault["code"]})' if fault else None
        return f"{self._who}.{_expected(entry.on_phone, named)}"

    def _done(self, entry: Entry, named: Mapping[str, str]) -> str | None:
        """Return what the user did."""
        told = entry.on_phone
        if told is None or entry.listed["type"] == "request_welcome":
            return f"{self._who}.opens_chat()" if told else None
        reply = named.get(self._about(entry) or "")
        answer = {"reply_to": _Name(reply)} if reply else {}
        if told["media"] is not None:
            return f"{self._who}.sends({self._file(told)}{_more(_about_file(told) | answer)})"
        make = _DONE.get(entry.listed["type"])
        return f"{self._who}.{make(told['content'], answer, reply) if make else _raw(entry, told, answer)}"

    def _file(self, told: Body) -> str:
        medium = told["media"]
        name = medium["filename"] or f"{told['type']}_{1 + len(self.files)}{_ending(medium['mime_type'])}"
        name = re.sub(r"[^\w.-]+", "_", name)
        self.files[name] = medium["url"]
        return f"HERE / {quoted(name)}"


class _Name(str):
    """A name in the test: it is not quoted."""

    __slots__ = ()


def quoted(value: object) -> str:
    """Return a value as Python source."""
    if isinstance(value, _Name):
        return str(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _more(given: Mapping[str, object]) -> str:
    return "".join(f", {name}={quoted(value)}" for name, value in given.items() if value not in (None, ""))


def _call_of(called: str, /, *positional: object, **named: object) -> str:
    inside = ", ".join(quoted(value) for value in positional) + _more(named)
    return f"{called}({inside.removeprefix(', ')})"


# -- What the user did -------------------------------------------------------------------------------------------


def _says(content: Body, answer: Body, _reply: str | None) -> str:
    return _call_of("says", content["body"], **answer)


def _shares_location(content: Body, _answer: Body, _reply: str | None) -> str:
    where = content["latitude"], content["longitude"]
    return _call_of("shares_location", *where, name=content.get("name"), address=content.get("address"))


def _shares_contact(content: Sequence[Body], _answer: Body, _reply: str | None) -> str:
    phones = content[0].get("phones") or [{}]
    return _call_of("shares_contact", content[0]["name"]["formatted_name"], *filter(None, [phones[0].get("phone")]))


def _reacts(content: Body, _answer: Body, reply: str | None) -> str:
    return _call_of("reacts", content.get("emoji") or "", **({"to": _Name(reply)} if reply else {}))


def _edits(content: Body, _answer: Body, reply: str | None) -> str:
    message = content["message"]
    return _call_of("edits", _Name(reply or "None"), message[message["type"]].get("body", ""))


def _deletes(_content: Body, _answer: Body, reply: str | None) -> str:
    return _call_of("deletes", _Name(reply or "None"))


def _taps(content: Body, _answer: Body, _reply: str | None) -> str:
    return _call_of("taps", content["text"])


def _answers(content: Body, _answer: Body, _reply: str | None) -> str:
    match content["type"]:
        case "button_reply":
            return _call_of("taps", content["button_reply"]["title"])
        case "list_reply":
            return _call_of("picks", content["list_reply"]["title"])
        case "nfm_reply":
            filled = json.loads(content["nfm_reply"]["response_json"])
            return _call_of("fills", {name: value for name, value in filled.items() if name != "flow_token"})
    return _call_of("writes", {"type": "interactive", "interactive": dict(content)})


def _raw(entry: Entry, told: Body, answer: Body) -> str:
    kind = entry.listed["type"]
    content = {} if told["content"] is None else {kind: told["content"]}
    return _call_of("writes", {"type": kind, **content}, **answer)


_DONE: Mapping[str, Callable[[Any, Body, str | None], str]] = {  # Any: the content of each type
    "text": _says,
    "location": _shares_location,
    "contacts": _shares_contact,
    "reaction": _reacts,
    "edit": _edits,
    "revoke": _deletes,
    "button": _taps,
    "interactive": _answers,
}


def _about_file(told: Body) -> dict[str, object]:
    content = told["content"] or {}
    voice = {"voice": True} if content.get("voice") else {}
    kind = {} if told["type"] in ("image", "video", "audio") else {"kind": told["type"]}
    return kind | voice | {"caption": content.get("caption")}


def _ending(mime: str) -> str:
    import mimetypes

    plain = mime.partition(";")[0]
    return {"audio/ogg": ".ogg", "image/webp": ".webp"}.get(plain) or mimetypes.guess_extension(plain) or ""


# -- What came ---------------------------------------------------------------------------------------------------


def _expected(told: Body, named: Mapping[str, str]) -> str:
    make = _CAME.get(told["type"])
    if make is not None:
        return make(told, told["content"])
    if told["type"] == "reaction":
        about = named.get(told["content"].get("message_id", ""))
        return _call_of(
            "expect_reaction", told["content"].get("emoji") or "", **({"to": _Name(about)} if about else {})
        )
    return _call_of("expect_message", told["type"])


def _with_caption(told: Body, content: Body) -> str:
    return _call_of(f"expect_{told['type']}", *_given(content, "caption"))


_CAME: Mapping[str, Callable[[Body, Any], str]] = {  # Any: the content of each type
    "text": lambda told, _: _call_of("expect_text", told["body"]),
    "image": _with_caption,
    "video": _with_caption,
    "document": lambda _, content: _call_of(
        "expect_document", *_given(content, "filename"), caption=content.get("caption")
    ),
    "audio": lambda _, content: _call_of("expect_audio", voice=True if content.get("voice") else None),
    "sticker": lambda _told, _content: "expect_sticker()",
    "location": lambda _, content: _call_of("expect_location", *_given(content, "name")),
    "contacts": lambda _, cards: _call_of("expect_contacts", *(card["name"]["formatted_name"] for card in cards)),
    "template": lambda told, content: _call_of("expect_template", content["name"], text=told["body"]),
    "interactive": lambda _, content: _expected_interactive(content),
}


def _given(content: Body, member: str) -> list[object]:
    return [content[member]] if content.get(member) else []


def _expected_interactive(content: Body) -> str:
    text = content.get("body", {}).get("text")
    match content["type"]:
        case "button":
            return _call_of("expect_buttons", text, *(each["reply"]["title"] for each in content["action"]["buttons"]))
        case "list":
            rows = [row["title"] for section in content["action"]["sections"] for row in section["rows"]]
            return _call_of("expect_list", text, *rows)
    return _call_of("expect_message", content["type"], text=text)


# -- How it is laid out ------------------------------------------------------------------------------------------


def _silence(before: Entry, entry: Entry) -> Iterator[str]:
    """Yield the jump of the clock that a long silence is: windows close by it."""
    gap = datetime.fromisoformat(entry.listed["at"]) - datetime.fromisoformat(before.listed["at"])
    if gap.total_seconds() >= _LONG_SILENCE_SECONDS:
        hours = gap.total_seconds() / 3600
        yield ""
        yield f"waypost.clock.advance(hours={hours:.2f})".replace(".00)", ")")


def _wrapped(call: str) -> Iterator[str]:
    """Yield a call as one line, or with its arguments in lines of their own where that is too long."""
    if len(call) <= _WIDEST - 4:
        yield call
        return
    name, _, inside = call.partition("(")
    yield f"{name}("
    yield f"    {inside[:-1]},"
    yield ")"
