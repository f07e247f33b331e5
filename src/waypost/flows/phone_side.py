"""What a phone shows of its chats: messages of both sides, reactions and taps on them, previews, and who is typing.

# spec: cloud-api.md#5
"""

from collections import defaultdict
from typing import Literal

import msgspec
from msgspec import Raw, Struct

from waypost.flows.inspect import Inspect
from waypost.flows.play import PhoneNetwork
from waypost.flows.previews import Previews
from waypost.flows.search import Wanted
from waypost.flows.threads import wamid_of
from waypost.lib.clock import at
from waypost.lib.cursors import cursor_of
from waypost.lib.ids import parse_message_id
from waypost.model import MessageKey, NumberId, Status
from waypost.ports import Lists, MessageSearch, NetworkStore, StoredMessage, Window
from waypost.wire.control.chats import (
    OwnMessage,
    PreviewView,
    ReactionView,
    ReceivedList,
    ReceivedMessage,
    TapView,
    TypingView,
)
from waypost.wire.control.lists import CHATS
from waypost.wire.inbound_bodies import deleted_id
from waypost.wire.renderings import message_ids
from waypost.wire.shown_text import shown_text

_MOST = 10_000
"""Messages of everybody that are looked at for what one user wrote."""
_ECHOES = 1_000
"""Messages of the user, and reactions of businesses, that are looked at for what belongs to another message."""


class _Reply(Struct):
    """What a tap stands for."""

    id: str | None = None
    title: str | None = None
    payload: str | None = None
    text: str | None = None


class _Tapped(Struct):
    type: str | None = None
    button_reply: _Reply | None = None
    list_reply: _Reply | None = None


class _Reaction(Struct):
    message_id: str = ""
    emoji: str | None = None


class _Context(Struct):
    id: str | None = None


class _Text(Struct):
    body: str = ""
    preview_url: bool | None = None


class _Body(Struct):
    """The parts of stored bodies, of both directions, that are looked at here."""

    context: _Context | None = None
    reaction: _Reaction | None = None
    button: _Reply | None = None
    interactive: _Tapped | None = None
    text: _Text | None = None


class _Echoes(Struct):
    """Reactions, taps and deletions, by the key of the message they belong to."""

    reactions: dict[int, dict[str, ReactionView]]
    taps: dict[int, list[TapView]]
    deletions: dict[int, MessageKey]
    """Of what the user has deleted: the message that told so."""

    def on(self, key: int) -> list[ReactionView]:
        """Return the reactions to a message that were not taken back."""
        return [each for each in self.reactions.get(key, {}).values() if each.emoji]

    def had_deleted(self, message_id: str, before: MessageKey) -> bool:
        """Return whether the user had deleted a message when another one came."""
        ref = parse_message_id(message_id)
        deletion = self.deletions.get(ref.key) if ref else None
        return deletion is not None and deletion < before


class PhoneSide(Struct, frozen=True):
    """The flow, with the ports it uses."""

    inspect: Inspect
    lists: Lists
    network_store: NetworkStore
    network: PhoneNetwork
    previews: Previews

    async def chats(self, wa_id: str, number_id: NumberId | None, wanted: Wanted) -> ReceivedList:
        """Return the newest of a phone's chats below a key, with all numbers or with one, oldest first."""
        got = await self.network_store.received_by(wa_id, wanted.limit + 1, number_id=number_id, before=wanted.before)
        has_more, got = len(got) > wanted.limit, got[-wanted.limit :]
        own = MessageSearch(wa_id=wa_id, number_id=number_id, received=True)
        wrote = await self.lists.search_messages(own, Window(wanted.before, wanted.limit, _MOST))
        # Where one side ends for want of room the other ends, too: the next page goes on with both.
        ends = [got[0][1].key] if has_more else []
        ends += [MessageKey(wrote.next_before)] if wrote.next_before is not None else []
        cut = max(ends, default=MessageKey(0))
        echoes = await self._echoes(own)
        received = [
            await self._answered(await self.inspect.received(carried, message), message, echoes)
            for carried, message in got
            if message.key >= cut
        ]
        written = [await self._own(message, echoes) for message in reversed(wrote.rows) if message.key >= cut]
        typing = [
            TypingView(str(number), at(until_ms))
            for number, until_ms in self.network.typing_to(wa_id)
            if number_id in (None, number)
        ]
        return ReceivedList(received, written, typing, cursor_of(CHATS, cut or None))

    async def _answered(self, view: ReceivedMessage, message: StoredMessage, echoes: _Echoes) -> ReceivedMessage:
        # spec: cloud-api.md#2.1
        if view.context_id is not None and echoes.had_deleted(view.context_id, message.key):
            view.context_id = None
        view.reactions = echoes.on(message.key)
        view.taps = echoes.taps.get(message.key, [])
        view.preview = await self._preview(message)
        return view

    async def _preview(self, message: StoredMessage) -> PreviewView | None:
        """Return the preview of a text's link. A business has to ask for one; a user's own texts always have one.

        # spec: cloud-api.md#3.1 ("text.preview_url")
        """
        if message.kind != "text":
            return None
        text = msgspec.json.decode(message.body, type=_Body).text
        if text is None or not (message.received or text.preview_url):
            return None
        return await self.previews.of(message.wa_id, message.number_id, text.body)

    async def _own(self, message: StoredMessage, echoes: _Echoes) -> OwnMessage:
        names = message_ids(message.key, message.tag, message.wa_id, received=True)
        is_read = message.status is Status.READ
        members = msgspec.json.decode(message.body, type=dict[str, Raw])
        context = msgspec.json.decode(message.body, type=_Body).context
        return OwnMessage(
            *names,
            phone_number_id=str(message.number_id),
            type=message.kind,
            at=at(message.at_ms),
            body=shown_text(message.kind, message.body, received=True),
            read=is_read,
            status="read" if is_read else "delivered",
            content=members.get(message.kind),
            context_id=context.id if context else None,
            media=await self.inspect.media(message.media_key),
            reactions=echoes.on(message.key),
            preview=await self._preview(message),
        )

    async def _echoes(self, own: MessageSearch) -> _Echoes:
        """Return the newest that the user did to messages, and reactions of businesses, by those messages."""
        window = Window(None, _ECHOES, _MOST)
        of_business = msgspec.structs.replace(own, received=False, kind="reaction")
        theirs = await self.lists.search_messages(of_business, window)
        users = await self.lists.search_messages(own, window)
        shown = [each for each in theirs.rows if each.status not in (None, Status.ACCEPTED, Status.FAILED)]
        echoes = _Echoes(defaultdict(dict), defaultdict(list), {})
        for message in reversed(shown):
            _note_reaction(echoes, message, "business")
        for message in reversed(users.rows):
            _note_reaction(echoes, message, "user")
            _note_tap(echoes, message)
            _note_deletion(echoes, message)
        return echoes


def _note_reaction(echoes: _Echoes, message: StoredMessage, by: Literal["user", "business"]) -> None:
    if message.kind != "reaction":
        return
    reaction = msgspec.json.decode(message.body, type=_Body).reaction
    ref = parse_message_id(reaction.message_id) if reaction else None
    if reaction is None or ref is None:
        return
    view = ReactionView(by, reaction.emoji or "", at(message.at_ms), wamid_of(message))
    echoes.reactions[ref.key][by] = view


def _note_tap(echoes: _Echoes, message: StoredMessage) -> None:
    if message.kind not in ("interactive", "button"):
        return
    body = msgspec.json.decode(message.body, type=_Body)
    ref = parse_message_id(body.context.id) if body.context and body.context.id else None
    if ref is None:
        return
    kind, reply = "button", body.button
    if body.interactive is not None:
        kind, reply = body.interactive.type or "interactive", _first(body.interactive)
    reply = reply or _Reply()
    tapped = TapView(wamid_of(message), at(message.at_ms), kind, reply.id or reply.payload, reply.title or reply.text)
    echoes.taps[ref.key].append(tapped)


def _note_deletion(echoes: _Echoes, message: StoredMessage) -> None:
    ref = parse_message_id(deleted_id(message.body)) if message.kind == "revoke" else None
    if ref is not None:
        echoes.deletions[ref.key] = message.key


def _first(tapped: _Tapped) -> _Reply | None:
    return tapped.button_reply or tapped.list_reply
