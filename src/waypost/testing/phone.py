"""A phone in a test: what its user does, and what the test expects to come."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from waypost.lib.control_client import ControlError
from waypost.testing.control import Control
from waypost.testing.expecting import Expecting
from waypost.testing.files import sent_file
from waypost.testing.messages import Json, Message, Source, Written, id_of
from waypost.testing.story import Story
from waypost.testing.waiting import look_until


class Phone(Expecting):
    """A user of the embedded network.

    What the user does is done when the call returns: the message is on its way to the webhook. What is expected is
    waited for, so that nothing in a test needs to sleep.
    """

    def __init__(self, control: Control, source: Source, story: Story, *, number: str, within: float) -> None:
        super().__init__(control, source, story, within=within)
        self._path = f"/phones/{story.wa_id}"
        self._number = number

    def __repr__(self) -> str:
        return f"<Phone +{self.wa_id} {self.name}>"

    @property
    def name(self) -> str:
        """What the user is called."""
        return self._story.name

    @property
    def wa_id(self) -> str:
        """The number in WhatsApp's digits."""
        return self._story.wa_id

    # -- What the user sends -------------------------------------------------------------------------------------

    def says(self, text: str, *, reply_to: Message | Written | str | None = None) -> Written:
        """Write a text; the customer service window is open from then on."""
        return self.writes({"type": "text", "text": {"body": text}}, reply_to=reply_to)

    def sends(
        self,
        file: str | Path | bytes,
        *,
        kind: str | None = None,
        caption: str | None = None,
        voice: bool = False,
        mime_type: str | None = None,
        filename: str | None = None,
        reply_to: Message | Written | str | None = None,
    ) -> Written:
        """Send a file, by its path or its bytes.

        `kind` is image, video, audio, document or sticker; without it the type of the file says it. A `voice` message
        is an audio that was recorded in the chat.
        """
        sent = sent_file(file, kind="audio" if voice else kind, mime_type=mime_type, filename=filename)
        about = {
            "caption": caption,
            "voice": voice or None,
            "filename": sent.filename if sent.kind == "document" else None,
        }
        given = {name: value for name, value in about.items() if value is not None}
        message = self._addressed({"type": sent.kind, sent.kind: given}, reply_to)
        answer = self._control.post_form(
            f"{self._path}/messages", message, sent.data, filename=sent.filename, mime=sent.mime_type
        )
        return _written(answer)

    def shares_location(self, latitude: float, longitude: float, *, name: str = "", address: str = "") -> Written:
        """Share a point on the map."""
        place = {"latitude": latitude, "longitude": longitude, "name": name or None, "address": address or None}
        return self.writes({"type": "location", "location": _given(place)})

    def shares_contact(self, name: str, phone: str | None = None) -> Written:
        """Share a contact card."""
        card: dict[str, Any] = {"name": {"formatted_name": name, "first_name": name}}
        card |= {"phones": [{"phone": phone, "type": "CELL"}]} if phone else {}
        return self.writes({"type": "contacts", "contacts": [card]})

    def reacts(self, emoji: str, *, to: Message | Written | str | None = None) -> Written:
        """React to a message, without `to` the newest that came; an empty emoji takes the reaction back."""
        reaction = {"message_id": id_of(to or self._newest()), "emoji": emoji or None}
        return self.writes({"type": "reaction", "reaction": _given(reaction)})

    def edits(self, message: Written | str, text: str) -> Written:
        """Change a text that the user has written."""
        edit = {"original_message_id": id_of(message), "message": {"type": "text", "text": {"body": text}}}
        return self.writes({"type": "edit", "edit": edit})

    def deletes(self, message: Written | str) -> Written:
        """Delete a message that the user has written, for everyone."""
        return self.writes({"type": "revoke", "revoke": {"original_message_id": id_of(message)}})

    def writes(self, message: Json, *, reply_to: Message | Written | str | None = None) -> Written:
        """Send a message of any type: an object of the Cloud webhook's `messages[]`. Raises ControlError."""
        return _written(self._control.call("POST", f"{self._path}/messages", self._addressed(message, reply_to)))

    # -- What the user taps --------------------------------------------------------------------------------------

    def taps(self, button: str, *, on: Message | str | None = None, within: float | None = None) -> Written:
        """Tap a button, by its title or its id; without `on` of the newest message that has it, waiting for one."""
        __tracebackhide__ = True
        return self._answers({"button": button}, on, within)

    def picks(self, row: str, *, on: Message | str | None = None, within: float | None = None) -> Written:
        """Pick a row of a list, by its title or its id; without `on` of the newest list that has it."""
        __tracebackhide__ = True
        return self._answers({"row": row}, on, within)

    def fills(
        self, form: Mapping[str, object], *, on: Message | str | None = None, within: float | None = None
    ) -> Written:
        """Fill in a Flow and send it back."""
        __tracebackhide__ = True
        return self._answers({"flow": dict(form)}, on, within)

    def plays(self, message: Message) -> None:
        """Play a voice message."""
        self._control.call("POST", f"{self._path}/played", {"message_id": message.id})

    # -- What the user does with the phone -----------------------------------------------------------------------

    def goes_offline(self) -> None:
        """Switch the phone off: messages stay `sent` until it is back."""
        self.changes(online=False)

    def goes_online(self) -> None:
        """Switch the phone on; what waited arrives in order."""
        self.changes(online=True)

    def blocks(self) -> None:
        """Block the business."""
        self.changes(blocked=True)

    def unblocks(self) -> None:
        """Take the block back."""
        self.changes(blocked=False)

    def leaves_unread(self) -> None:
        """Read nothing by itself from now on: messages stay `delivered` until `reads()`."""
        self.changes(reads=False)

    def reads(self, up_to: Message | str | None = None) -> int:
        """Read everything, or everything up to a message; return how many were read just now."""
        body = {"message_id": id_of(up_to)} if up_to is not None else {}
        return int(self._control.call("POST", f"{self._path}/read", body)["read"])

    def opens_chat(self) -> None:
        """Open the chat with the business; the first time it is told, if it greets."""
        self._control.call("POST", f"{self._path}/open", {"number": self._number})

    def stops_marketing(self) -> None:
        """Stop marketing messages of every business."""
        self._control.call("POST", f"{self._path}/preferences", {"marketing": "stop"})

    def resumes_marketing(self) -> None:
        """Take marketing messages again."""
        self._control.call("POST", f"{self._path}/preferences", {"marketing": "resume"})

    def changes(self, **members: object) -> None:
        """Change anything else of the phone, by the members of `PATCH /phones/{wa_id}`. Raises ControlError."""
        self._control.call("PATCH", self._path, members)

    def _addressed(self, message: Json, reply_to: Message | Written | str | None) -> dict[str, Any]:
        context = {"context": {"id": id_of(reply_to)}} if reply_to is not None else {}
        return {"number": self._number, **message, **context}

    def _answers(self, tap: Json, on: Message | str | None, within: float | None) -> Written:
        """Tap a message; one that has not come yet, or has nothing of the kind, is waited for."""
        __tracebackhide__ = True
        if on is not None:
            return _written(self._control.call("POST", f"{self._path}/taps", {"message_id": id_of(on), **tap}))
        refused: list[str] = []
        answer = look_until(lambda: self._tapped(tap, refused), self._within if within is None else within)
        if answer is None:
            wish = next(iter(tap.values()))
            raise AssertionError(self._story.untapped(refused[-1] if refused else f"no message offers {wish!r}."))
        return _written(answer)

    def _tapped(self, tap: Json, refused: list[str]) -> Json | None:
        for message in self._that_offer():
            try:
                answer: Json = self._control.call("POST", f"{self._path}/taps", {"message_id": message.id, **tap})
            except ControlError as wrong:
                refused[:] = [str(wrong)]
            else:
                return answer
        return None

    def _that_offer(self) -> Sequence[Message]:
        return [message for message in reversed(self.messages) if message.type in ("interactive", "template")]

    def _newest(self) -> Message:
        messages = self.messages
        if not messages:
            raise AssertionError(self._story.of(f"{self.name} has got no message to react to."))
        return messages[-1]


def _given(members: Json) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _written(answer: Json) -> Written:
    return Written(answer["id"], answer["onprem_id"], answer["media_id"])
