"""What a test expects to come to a phone; each expectation waits, returns the message, and takes it off the list."""

from collections.abc import Callable, Sequence
from threading import Lock

from waypost.testing.control import Control
from waypost.testing.messages import Message, Source, Written, id_of
from waypost.testing.story import Story
from waypost.testing.waiting import look_until
from waypost.testing.wanted import Text, Wanted, traits

_MOST_MESSAGES = 1000


class Expecting:
    """The expectations of a phone.

    They go through what came in order: each takes the first message that fits, and what came before it is done with.
    A text is compared as a whole; a compiled pattern is searched for. `within` are real seconds.
    """

    def __init__(self, control: Control, source: Source, story: Story, *, within: float) -> None:
        self._control = control
        self._source = source
        self._story = story
        self._within = within
        self._done: set[str] = set()
        self._taking = Lock()

    @property
    def messages(self) -> list[Message]:
        """Everything that the phone has received, oldest first, as it is now."""
        path = f"/phones/{self._story.wa_id}/messages"
        shown = self._control.get(path, limit=_MOST_MESSAGES)["messages"]
        return [Message(each, self._source) for each in shown]

    def expect_text(self, text: Text | None = None, *, within: float | None = None) -> Message:
        """Expect a text message."""
        __tracebackhide__ = True
        return self._expect("text", within, ("text", text, _text))

    def expect_image(self, caption: Text | None = None, *, within: float | None = None) -> Message:
        """Expect an image; its bytes are `.media.bytes`."""
        __tracebackhide__ = True
        return self._expect("image", within, ("caption", caption, _text))

    def expect_video(self, caption: Text | None = None, *, within: float | None = None) -> Message:
        """Expect a video."""
        __tracebackhide__ = True
        return self._expect("video", within, ("caption", caption, _text))

    def expect_audio(self, *, voice: bool | None = None, within: float | None = None) -> Message:
        """Expect an audio; with `voice` a voice message, or one that is none."""
        __tracebackhide__ = True
        return self._expect("audio", within, ("voice", voice, lambda message: message.voice))

    def expect_document(
        self, filename: Text | None = None, *, caption: Text | None = None, within: float | None = None
    ) -> Message:
        """Expect a document."""
        __tracebackhide__ = True
        wishes = ("filename", filename, lambda message: message.filename), ("caption", caption, _text)
        return self._expect("document", within, *wishes)

    def expect_sticker(self, *, within: float | None = None) -> Message:
        """Expect a sticker."""
        __tracebackhide__ = True
        return self._expect("sticker", within)

    def expect_location(self, name: Text | None = None, *, within: float | None = None) -> Message:
        """Expect a location; its point is `.location`."""
        __tracebackhide__ = True
        return self._expect("location", within, ("name", name, lambda message: message.content.get("name")))

    def expect_contacts(self, *names: str, within: float | None = None) -> Message:
        """Expect contact cards, with these names if any are given."""
        __tracebackhide__ = True
        return self._expect("contacts", within, ("names", names or None, lambda m: tuple(c.name for c in m.contacts)))

    def expect_template(
        self, name: str | None = None, *, text: Text | None = None, within: float | None = None
    ) -> Message:
        """Expect a template; `text` is its body with the parameters filled in."""
        __tracebackhide__ = True
        return self._expect("template", within, ("name", name, lambda m: m.template), ("text", text, _text))

    def expect_buttons(self, text: Text | None = None, *titles: str, within: float | None = None) -> Message:
        """Expect a message with reply buttons, with exactly these titles if any are given."""
        __tracebackhide__ = True
        wishes = ("text", text, _text), ("buttons", titles or None, lambda m: tuple(b.title for b in m.buttons))
        return self._expect("button", within, *wishes)

    def expect_list(self, text: Text | None = None, *rows: str, within: float | None = None) -> Message:
        """Expect a list, with exactly these titles of rows if any are given."""
        __tracebackhide__ = True
        wishes = ("text", text, _text), ("rows", rows or None, lambda m: tuple(row.title for row in m.rows))
        return self._expect("list", within, *wishes)

    def expect_reaction(
        self, emoji: str | None = None, *, to: Message | Written | str | None = None, within: float | None = None
    ) -> Message:
        """Expect a reaction of the business, `to` a message that the user wrote."""
        __tracebackhide__ = True
        about = id_of(to) if to is not None else None
        wishes = ("emoji", emoji, lambda m: m.emoji), ("to", about, lambda m: m.reacted_to)
        return self._expect("reaction", within, *wishes)

    def expect_message(
        self, form: str | None = None, *, text: Text | None = None, within: float | None = None
    ) -> Message:
        """Expect a message of any form: WhatsApp's type, or that of an interactive message, such as `cta_url`."""
        __tracebackhide__ = True
        return self._expect(form, within, ("text", text, _text))

    def expect_no_message(self, *, within: float = 0.5) -> None:
        """Expect that nothing comes after what was expected so far; it waits the whole time, so keep it short."""
        __tracebackhide__ = True
        came = look_until(lambda: next(iter(self._left()), None), within)
        if came is not None:
            raise AssertionError(self._story.unexpected(came))

    def _expect(
        self, form: str | None, within: float | None, *wishes: tuple[str, object, Callable[[Message], object]]
    ) -> Message:
        __tracebackhide__ = True
        wanted = Wanted(form, traits(wishes))
        seconds = self._within if within is None else within
        found = look_until(lambda: self._first(wanted), seconds)
        if found is None:
            raise AssertionError(self._story.missing(wanted, seconds, self._left()))
        return found

    def _first(self, wanted: Wanted) -> Message | None:
        """Return the first message that fits and is not done with; it is done with then, and so is what came before."""
        with self._taking:
            left = self._left()
            for position, message in enumerate(left):
                if wanted.fits(message):
                    self._done.update(each.id for each in left[: position + 1])
                    return message
            return None

    def _left(self) -> Sequence[Message]:
        return [message for message in self.messages if message.id not in self._done]


def _text(message: Message) -> object:
    return message.text
