"""What the kinds of interactive messages share: header, body, footer, and how their faults are found and worded.

# spec: cloud-api.md#3.6, on-premises-api.md#3.9
"""

import re
from collections.abc import Iterable, Sequence
from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from waypost.errors import Fault, Problem
from waypost.errors.interactive import CHARACTER_POLICY, HEADER_STRUCTURE
from waypost.errors.requests import INVALID_VALUE, MISSING_PARAMETER
from waypost.wire.complaints import mandatory, shown
from waypost.wire.parts import DocumentObject, MediaObject, source_fault

MAX_BODY_CHARACTERS = 1024
MAX_FOOTER_CHARACTERS = 60
MAX_HEADER_CHARACTERS = 60

NotEmpty = Annotated[str, Meta(min_length=1)]
ButtonId = Annotated[str, Meta(min_length=1, max_length=256)]
Label = Annotated[str, Meta(min_length=1, max_length=20)]
"""What stands on a button."""

# What is shown as an emoji unless told otherwise, and the sign that tells other characters to be shown so.
_EMOJI = re.compile(
    "[\u231a\u231b\u23e9-\u23f3\u23f8-\u23fa\u25fd\u25fe\u2614\u2615\u2648-\u2653\u267f\u2693\u26a1\u26aa\u26ab\u26bd"
    "\u26be\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd\u2705\u270a\u270b\u2728\u274c\u274e\u2753-\u2755"
    "\u2757\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55\ufe0f\u20e3\U0001f000-\U0001faff]"
)
_MARKUP = re.compile(r"(?<!\w)([*_~])(?=\S).*?(?<=\S)\1(?!\w)|```")


class Body(Struct):
    """The text of the message."""

    text: Annotated[str, Meta(min_length=1, max_length=MAX_BODY_CHARACTERS)]


class Footer(Struct):
    """The small line under the text."""

    text: Annotated[str, Meta(min_length=1, max_length=MAX_FOOTER_CHARACTERS)]


class HeaderImage(MediaObject):
    """A picture above the text."""

    kind: ClassVar[str] = "image"


class HeaderVideo(MediaObject):
    """A film above the text; it has to be an MP4.

    # spec: media-types.tsv "interactive header video"
    """

    kind: ClassVar[str] = "video"

    def limits(self) -> str:
        """Return the limits of films in headers."""
        return "header_video"


class _Header(Struct, tag_field="type"):
    def medium(self) -> MediaObject | None:
        """Return the file of a media header."""
        named = getattr(self, self.name, None)
        return named if isinstance(named, MediaObject) else None

    @property
    def name(self) -> str:
        """What `type` says."""
        return str(self.__struct_config__.tag)


class TextHeader(_Header, tag="text"):
    """A line in bold above the text."""

    text: Annotated[str, Meta(min_length=1, max_length=MAX_HEADER_CHARACTERS)]


class ImageHeader(_Header, tag="image"):
    """A picture above the text."""

    image: HeaderImage


class VideoHeader(_Header, tag="video"):
    """A film above the text."""

    video: HeaderVideo


class DocumentHeader(_Header, tag="document"):
    """A document above the text."""

    document: DocumentObject


Header = TextHeader | ImageHeader | VideoHeader | DocumentHeader
HEADERS: tuple[str, ...] = ("text", "image", "video", "document")


class Kind(Struct, tag_field="type", omit_defaults=True, kw_only=True):
    """One kind of interactive message, a `Content`: what it takes beside its action, and its action's faults.

    A kind gives its tag, its `action`, and says with the class members what differs from a button message.
    """

    headers: ClassVar[Sequence[str]] = HEADERS
    """Which headers it may have."""
    needs_header: ClassVar[bool] = False
    needs_body: ClassVar[bool] = True
    takes_footer: ClassVar[bool] = True
    cloud_only: ClassVar[bool] = False
    """Whether the On-Premises API has no such message."""

    header: Header | None = None
    body: Body | None = None
    footer: Footer | None = None

    @property
    def name(self) -> str:
        """What `type` says."""
        return str(self.__struct_config__.tag)

    def media(self) -> Sequence[MediaObject]:
        """Return the files that it refers to, in order."""
        medium = self.header.medium() if self.header else None
        return () if medium is None else (medium,)

    def products(self) -> Sequence[str]:
        """Return the retailer ids of the products that it shows."""
        return ()

    def preview(self) -> str:
        """Return the text in one line, or the kind where there is none."""
        return " ".join(self.body.text.split()) if self.body else f"[{self.name}]"

    def wire(self) -> object:
        """Return the canonical object."""
        return self

    def fault(self) -> Fault | None:
        """Return what is wrong beyond the schema, or None."""
        return (
            header_fault("interactive", self.header, allowed=self.headers, needed=self.needs_header)
            or self._text_fault()
            or self.action_fault()
        )

    def action_fault(self) -> Fault | None:
        """Return what is wrong with the action beyond its schema, or None."""
        return None

    def only_cloud(self) -> Fault | None:
        """Return what the On-Premises API has no word for, or None.

        # spec: on-premises-api.md#3.9, migration.md#3.7
        """
        if not self.cloud_only:
            return None
        return Fault(
            INVALID_VALUE,
            f"Parameter 'interactive.type' is \"{self.name}\", which the On-Premises API does not have; send the "
            "message through the Cloud API, or as another type.",
        )

    def _text_fault(self) -> Fault | None:
        if self.body is None and self.needs_body:
            return missing("interactive.body")
        if self.footer is not None and not self.takes_footer:
            return Fault(
                INVALID_VALUE, f"Parameter 'interactive.footer' is not allowed for type '{self.name}'; leave it out."
            )
        return None


class NamedAction(Struct):
    """The action of a message that asks the user for one thing: a name and nothing else."""

    name: str


class Question(Kind, kw_only=True):
    """A message that asks the user for one thing."""

    headers: ClassVar[Sequence[str]] = ()
    takes_footer: ClassVar[bool] = False
    action_name: ClassVar[str]
    """The only name that its action can have."""

    action: NamedAction

    def action_fault(self) -> Fault | None:
        """Return the fault of another name than the one there is."""
        return constant_fault("interactive.action.name", self.action.name, self.action_name)


def header_fault(where: str, header: Header | None, *, allowed: Sequence[str], needed: bool) -> Fault | None:
    """Return the fault of the header that stands in the object at `where`."""
    if header is None:
        return missing(f"{where}.header") if needed else None
    if not allowed:
        return Fault(HEADER_STRUCTURE, f"Parameter '{where}.header' is not allowed here; leave it out.")
    if header.name not in allowed:
        return Fault(
            HEADER_STRUCTURE,
            f"Parameter '{where}.header.type' is \"{header.name}\"; it must be {' or '.join(allowed)} here.",
        )
    medium = header.medium()
    return source_fault(f"{where}.header.{header.name}", medium) if medium else None


def missing(path: str) -> Fault:
    """Return the fault of a member that has to be there."""
    return Fault(MISSING_PARAMETER, mandatory(path))


def count_fault(path: str, count: int, allowed: range, *, problem: Problem = INVALID_VALUE) -> Fault | None:
    """Return the fault of an array that has not as many entries as `allowed`."""
    if count in allowed:
        return None
    least, most = allowed[0], allowed[-1]
    return Fault(problem, f"Parameter '{path}' has {count} entries; from {least} to {most} must be there.")


def constant_fault(path: str, value: str, wanted: str) -> Fault | None:
    """Return the fault of a member that can only have one value."""
    if value == wanted:
        return None
    return Fault(INVALID_VALUE, f"Parameter '{path}' must be {shown(wanted)}; it is {shown(value)}.")


def choice_fault(path: str, value: str | None, allowed: Sequence[str]) -> Fault | None:
    """Return the fault of a member that is there and has none of the values that it can have."""
    if value is None or value in allowed:
        return None
    return Fault(INVALID_VALUE, f"Parameter '{path}' must be one of {', '.join(allowed)}; it is {shown(value)}.")


def twice_fault(named: Iterable[tuple[str, str]]) -> Fault | None:
    """Return the fault of values that must differ; each comes with its path."""
    first: dict[str, str] = {}
    for path, value in named:
        if first.setdefault(value, path) != path:
            return Fault(
                INVALID_VALUE, f"Parameter '{path}' is {shown(value)}, as is '{first[value]}'; give each its own."
            )
    return None


def edge_fault(path: str, value: str) -> Fault | None:
    """Return the fault of an id with blanks around it."""
    if value == value.strip():
        return None
    return Fault(INVALID_VALUE, f"Parameter '{path}' is {shown(value)}; it must not begin or end with a space.")


def emoji_fault(path: str, value: str) -> Fault | None:
    """Return the fault of a label with an emoji in it."""
    if not _EMOJI.search(value):
        return None
    return Fault(CHARACTER_POLICY, f"Parameter '{path}' is {shown(value)}; it must not hold an emoji.")


def markup_fault(path: str, value: str) -> Fault | None:
    """Return the fault of a label with signs of formatting in it."""
    if not _MARKUP.search(value):
        return None
    return Fault(CHARACTER_POLICY, f"Parameter '{path}' is {shown(value)}; it must not hold markup.")
