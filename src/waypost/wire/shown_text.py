"""The text that a message shows in lists, quotes and terminals: one line of what a person would see."""

import msgspec

from waypost.wire.canonical import stored_content


class _Words(msgspec.Struct):
    """The text of an interactive message."""

    text: str | None = None


class _Shown(msgspec.Struct):
    """The members of a type's object that are text for the user."""

    body: str | _Words | None = None
    caption: str | None = None


class _Chosen(msgspec.Struct):
    """A button or a row that the user has tapped."""

    title: str | None = None


class _Done(msgspec.Struct):
    """What else a user does in a chat: taps, reacts, shares a place."""

    button_reply: _Chosen | None = None
    list_reply: _Chosen | None = None
    text: str | None = None
    emoji: str | None = None
    name: str | None = None
    latitude: float | None = None
    longitude: float | None = None


def shown_text(kind: str, body: bytes, *, received: bool) -> str:
    """Return the text that a stored message shows: what was typed or tapped, the caption, or the type in brackets.

    Raises ValueError for a body that is not one of `kind`, KeyError for a `kind` of message that cannot be sent.
    """
    whole = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    inner = whole.get(kind)
    if inner is not None and bytes(inner).startswith(b"{"):
        shown = msgspec.json.decode(inner, type=_Shown)
        words = shown.body.text if isinstance(shown.body, _Words) else shown.body
        if text := words or shown.caption or (received and _done_text(kind, inner)):
            return text
    if received or kind == "contacts":
        return f"[{kind}]"
    return stored_content(kind, body).preview()


def _done_text(kind: str, inner: msgspec.Raw) -> str | None:
    if kind not in ("interactive", "button", "reaction", "location"):
        return None
    done = msgspec.json.decode(inner, type=_Done)
    match kind:
        case "reaction":
            return f"[reaction] {done.emoji}" if done.emoji else "[reaction removed]"
        case "location":
            return f"[location] {done.name or f'{done.latitude}, {done.longitude}'}"
        case _:
            chosen = done.button_reply or done.list_reply
            return chosen.title if chosen else done.text
