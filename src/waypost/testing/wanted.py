"""What a test expects of a message, and in which respects one falls short of it."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from waypost.testing.messages import Message

Text = str | re.Pattern[str]
"""A whole text, or a pattern that is found somewhere in it."""

_NAMES = {
    "text": "a text", "image": "an image", "video": "a video", "audio": "an audio", "document": "a document",
    "sticker": "a sticker", "location": "a location", "contacts": "contacts", "template": "a template",
    "button": "buttons", "list": "a list", "reaction": "a reaction",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trait:
    """One thing that is expected of a message: its name, what it should be, and how to read it."""

    name: str
    expected: object
    read: Callable[[Message], object]

    def fits(self, message: Message) -> bool:
        """Say whether the message has it."""
        actual = self.read(message)
        if isinstance(self.expected, re.Pattern):
            return self.expected.search(str(actual)) is not None
        return actual == self.expected

    @property
    def shown(self) -> str:
        """What it should be, as it is shown to people."""
        return f"/{self.expected.pattern}/" if isinstance(self.expected, re.Pattern) else repr(self.expected)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A message of this form (None: of any) with these traits."""

    form: str | None
    traits: Sequence[Trait] = field(default_factory=tuple)

    def __str__(self) -> str:
        what = "a message" if self.form is None else named(self.form)
        what += "".join(f" {trait.shown}" for trait in self.traits if trait.name == "text")
        others = [f"{trait.name} {trait.shown}" for trait in self.traits if trait.name != "text"]
        return f"{what} with {' and '.join(others)}" if others else what

    def fits(self, message: Message) -> bool:
        """Say whether this is it."""
        return self._has_form(message) and all(trait.fits(message) for trait in self.traits)

    def misses(self, message: Message) -> list[str]:
        """Return a line for each respect in which the message is another; the form alone if that is."""
        if not self._has_form(message):
            return [f"it is {named(message.form)}, not {named(self.form or '')}"]
        return [line for trait in self.traits if not trait.fits(message) for line in _difference(trait, message)]

    def nearness(self, message: Message) -> tuple[bool, float]:
        """Return how near the message comes: the right form first, then the likeness of what is expected."""
        likeness = [SequenceMatcher(None, str(each.expected), str(each.read(message))).ratio() for each in self.traits]
        return self._has_form(message), sum(likeness) / max(len(likeness), 1)

    def _has_form(self, message: Message) -> bool:
        return self.form in (None, message.form)


def named(form: str) -> str:
    """Return what people call a form of message."""
    return _NAMES.get(form, f"a message of type {form}")


def traits(given: Iterable[tuple[str, object, Callable[[Message], object]]]) -> tuple[Trait, ...]:
    """Return the traits that are asked for: those whose expectation is not None."""
    return tuple(Trait(name, expected, read) for name, expected, read in given if expected is not None)


def _difference(trait: Trait, message: Message) -> list[str]:
    margin = " " * len(f"{trait.name}: ")
    return [f"{trait.name}: expected {trait.shown}", f"{margin}     got {trait.read(message)!r}"]
