"""Which files WhatsApp takes for which message type, and how large: one table, and one judgement of a file's facts.

MB and KB in WhatsApp's documents are read as 2^20 and 2^10.

# spec: cloud-api.md#6.6, media-types.tsv, media-types-onprem.tsv, on-premises-api.md#5.4
"""

from typing import Literal, cast

from msgspec import Struct
from msgspec.structs import replace

from waypost.errors import Fault, Problem
from waypost.errors.outcomes import MEDIA_FAILED
from waypost.errors.requests import BAD_MEDIA
from waypost.lib.file_facts import MediaFacts
from waypost.lib.image_headers import BadImage, ImageFacts
from waypost.lib.sniff import HTML, OLE, PLAYLIST, SVG, ZIP
from waypost.model import Dialect, Medium
from waypost.wire.parts import MediaObject

KB = 2**10
MB = 2**20

MediaKind = Literal[
    "image", "audio", "voice", "video", "document", "sticker",
    "header_image", "header_video", "header_document",
]  # fmt: skip
"""Message types, and headers of templates; a GIF there is a film, which is shown as one if it is large."""


class Limit(Struct, frozen=True):
    """What one message type of one dialect takes; `types` None means any valid MIME type."""

    dialect: Dialect
    kind: MediaKind
    max_bytes: int
    types: frozenset[str] | None
    max_static_bytes: int | None = None
    """The limit of a sticker that does not move, where a moving one may be larger."""


_PHOTO = frozenset({"image/jpeg", "image/png"})
_VIDEO = frozenset({"video/mp4", "video/3gpp"})
_MP4 = frozenset({"video/mp4"})
_AUDIO = frozenset({"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"})
_VOICE = frozenset({"audio/ogg"})
_STICKER = frozenset({"image/webp"})
_PDF = frozenset({"application/pdf"})

_LIMITS = (
    Limit("cloud", "image", 5 * MB, _PHOTO),
    Limit("cloud", "audio", 16 * MB, _AUDIO),
    Limit("cloud", "voice", 16 * MB, _VOICE),
    Limit("cloud", "video", 16 * MB, _VIDEO),
    Limit("cloud", "document", 100 * MB, None),
    Limit("cloud", "sticker", 500 * KB, _STICKER, max_static_bytes=100 * KB),
    Limit("cloud", "header_image", 5 * MB, _PHOTO),
    Limit("cloud", "header_video", 16 * MB, _MP4),
    Limit("cloud", "header_document", 100 * MB, _PDF),
    Limit("onprem", "image", 5 * MB, _PHOTO),
    Limit("onprem", "audio", 16 * MB, _AUDIO),
    Limit("onprem", "voice", 16 * MB, _VOICE),
    Limit("onprem", "video", 16 * MB, _VIDEO),
    Limit("onprem", "document", 100 * MB, None),
    Limit("onprem", "sticker", 100 * KB, _STICKER),
    Limit("onprem", "header_image", 5 * MB, _PHOTO),
    Limit("onprem", "header_video", 16 * MB, _MP4),
    Limit("onprem", "header_document", 100 * MB, _PDF),
)
_BY_KIND: dict[tuple[Dialect, str], Limit] = {(limit.dialect, limit.kind): limit for limit in _LIMITS}
_MESSAGE_KINDS: tuple[MediaKind, ...] = ("image", "audio", "video", "sticker")
_CLOSED_FAMILIES = ("image/", "audio/", "video/")

# What the bytes may look like for a declared type; a type that is not here must be found exactly.
# Brands of ISO files are used loosely by cameras and encoders; a document with a password is an OLE container.
_LOOKS_LIKE: dict[str, frozenset[str]] = {
    "video/mp4": _VIDEO,
    "video/3gpp": _VIDEO,
    "audio/mp4": frozenset({"audio/mp4", "video/mp4"}),
    "text/plain": frozenset({"text/plain", PLAYLIST}),
    "application/msword": frozenset({OLE}),
    "application/vnd.ms-excel": frozenset({OLE}),
    "application/vnd.ms-powerpoint": frozenset({OLE}),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": frozenset({ZIP, OLE}),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": frozenset({ZIP, OLE}),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": frozenset({ZIP, OLE}),
}
_CHECKED = frozenset(_LOOKS_LIKE) | _PHOTO | _AUDIO | _STICKER | _PDF
_HTML_TYPES = {HTML, "application/xhtml+xml"}


def limit_for(dialect: Dialect, kind: str) -> int:
    """Return the most bytes that a file of this message type may have.

    A kind is one of `MediaKind`; here and below another one raises KeyError.
    """
    return _BY_KIND[dialect, kind].max_bytes


def kind_in(message_kind: str, wanted: MediaObject) -> MediaKind:
    """Return which limits apply to a file of a message: those of a template's header, or else of its place there."""
    kind = f"header_{wanted.kind}" if message_kind == "template" else wanted.limits()
    return cast("MediaKind", kind)  # each kind of a media object has its limits, which a test checks


def check_upload(dialect: Dialect, facts: MediaFacts) -> Fault | None:
    """Return why an upload is refused, or None; what it will be sent as is not known yet.

    As on the platform, a file that begins and ends as its type demands is taken, and one that makes no picture fails
    when it is sent: see `damage`.
    """
    if damage(facts) is not None:
        facts = replace(facts, image=None)
    return _fault(BAD_MEDIA, _why_refused(dialect, None, facts))


def damage(facts: MediaFacts) -> str | None:
    """Return why a file that is taken as an upload cannot be sent as a picture, or None."""
    image = facts.image
    return image.reason if isinstance(image, BadImage) and image.framed else None


def check_fetched(dialect: Dialect, kind: str, facts: MediaFacts) -> Fault | None:
    """Return why a file that a link led to cannot be sent as this message type, or None.

    One that came without a type is judged by its content.
    """
    return _fault(MEDIA_FAILED, _why_refused(dialect, kind, facts))


def check_stored(dialect: Dialect, kind: str, medium: Medium) -> Fault | None:
    """Return why a file that was taken as an upload cannot be sent as this message type, or None."""
    limit, mime = _BY_KIND[dialect, kind], medium.mime.partition(";")[0].strip()
    why = _wrong_type(limit, mime) or _too_large(limit, medium.size, still=not medium.animated)
    if why is None and medium.damage is not None and kind != "document":
        why = f"The image {medium.damage}. Export it anew and send that."
    if why is None and kind == "sticker":
        why = _wrong_motion(limit, animated=medium.animated)
    return _fault(MEDIA_FAILED, why)


def served_type(facts: MediaFacts) -> str:
    """Return the MIME type that a taken file is served under; of its parameters only the codecs stay."""
    essence = _essence(facts)
    codecs = facts.declared.parameter("codecs") if facts.declared else None
    return f"{essence}; codecs=opus" if essence == "audio/ogg" and codecs == "opus" else essence


def is_animated(facts: MediaFacts) -> bool:
    """Return whether the file is a picture that says that it moves."""
    return isinstance(facts.image, ImageFacts) and facts.image.animated


def _fault(problem: Problem, why: str | None) -> Fault | None:
    return None if why is None else Fault(problem, why)


def _essence(facts: MediaFacts) -> str:
    if facts.declared is not None:
        return facts.declared.essence
    return facts.sniffed.mime or "application/octet-stream"


def _why_refused(dialect: Dialect, kind: str | None, facts: MediaFacts) -> str | None:
    if facts.declared is None and (kind is None or facts.declared_text):
        return _no_type(facts.declared_text)
    if facts.size == 0:
        return "The file is empty (0 bytes); send the bytes of the file."
    mime = _essence(facts)
    limit = _limit_of(dialect, kind, mime)
    still = isinstance(facts.image, ImageFacts) and not facts.image.animated
    why = _wrong_type(limit, mime) or _too_large(limit, facts.size, still=still) or _wrong_content(mime, facts)
    if why is not None or kind == "document":  # a picture sent as a document is passed on unseen
        return why
    return _wrong_image(limit, facts.image) or _wrong_sticker(limit, facts.image) or _wrong_sound(limit, facts)


def _limit_of(dialect: Dialect, kind: str | None, mime: str) -> Limit:
    if kind is not None:
        return _BY_KIND[dialect, kind]
    return _BY_KIND[dialect, "document" if dialect == "onprem" else _kind_of(dialect, mime)]


def _kind_of(dialect: Dialect, mime: str) -> MediaKind:
    """Return the message type that a file of this type is for; a document when it is for none of the others."""
    return next((kind for kind in _MESSAGE_KINDS if mime in (_BY_KIND[dialect, kind].types or ())), "document")


# -- The checks, in the order in which they answer ---------------------------------------------------------------


def _no_type(text: str) -> str:
    if not text:
        return "The file has no type; name its MIME type, for example image/jpeg."
    return f"The type {text[:100]!r} is not a MIME type; name the file's own, for example image/jpeg."


def _wrong_type(limit: Limit, mime: str) -> str | None:
    if mime == SVG:
        return "The type image/svg+xml is not allowed, not as a document either; convert the picture to image/png."
    if limit.types is not None:
        return None if mime in limit.types else _not_among(mime, _name(limit.kind), limit.types)
    # A Cloud document may be of any type, but pictures, sound and film have closed lists.
    # On-Premises has no such list for documents.
    # spec: media-types.tsv "document", media-types-onprem.tsv "document"
    if limit.dialect == "onprem" or not mime.startswith(_CLOSED_FAMILIES) or mime in _CHECKED:
        return None
    family = mime.partition("/")[0] + "/"
    return _not_among(mime, "any message type", frozenset(name for name in _CHECKED if name.startswith(family)))


def _not_among(mime: str, name: str, allowed: frozenset[str]) -> str:
    return f"The type {mime} is not allowed for {name}; send one of {', '.join(sorted(allowed))}."


def _too_large(limit: Limit, size: int, *, still: bool) -> str | None:
    most, name = limit.max_bytes, _name(limit.kind)
    if limit.max_static_bytes is not None and still:
        most, name = limit.max_static_bytes, "a sticker that is not animated"
    if size <= most:
        return None
    return f"The file has {size:,} bytes; {name} may have at most {most:,}. Send a smaller file."


def _wrong_content(mime: str, facts: MediaFacts) -> str | None:
    found = facts.sniffed.mime
    if found == SVG:
        return "The content is an SVG picture, which is not allowed under any type; convert it to image/png."
    if not _fits(mime, found):
        return f"The type is {mime}, but the content is {_found(found)}; send the file under its real type."
    if mime in _CHECKED and facts.sniffed.damage is not None:
        return f"The file {facts.sniffed.damage}; send a whole file."
    return None


def _fits(mime: str, found: str | None) -> bool:
    if mime in _CHECKED:
        return found in _LOOKS_LIKE.get(mime, {mime})
    return found != HTML or mime in _HTML_TYPES


def _found(sniffed: str | None) -> str:
    match sniffed:
        case None:
            return "of no known type"
        case "application/ogg":
            return "Ogg without Opus"
        case _:
            return sniffed


def _wrong_image(limit: Limit, image: ImageFacts | BadImage | None) -> str | None:
    if image is None:
        return None
    if isinstance(image, BadImage):
        return f"The image {image.reason}. Export it anew and send that."
    # spec: media-types.tsv "image": 8-bit, RGB or RGBA. On-Premises converts, so it has no such rule.
    if limit.dialect == "onprem" or limit.types != _PHOTO:
        return None
    if image.bits > 8:
        return f"The image has {image.bits} bits per channel; export it with 8."
    return "The image has CMYK colours; export it in RGB." if image.cmyk else None


def _wrong_sticker(limit: Limit, image: ImageFacts | BadImage | None) -> str | None:
    # A Cloud upload of WebP can become nothing else, so its shape is looked at when it comes in.
    # spec: media-types.tsv "sticker (static)": WebP is allowed only in sticker messages
    if limit.kind != "sticker" or not isinstance(image, ImageFacts):
        return None
    if (image.width, image.height) != (512, 512):
        return f"The sticker is {image.width} x {image.height} pixels; make it 512 x 512."
    return _wrong_motion(limit, animated=image.animated)


def _wrong_motion(limit: Limit, *, animated: bool) -> str | None:
    # spec: media-types-onprem.tsv "sticker"
    if limit.dialect == "onprem" and animated:
        return "The sticker is animated, which the On-Premises API does not send; send one that is not."
    return None


def _wrong_sound(limit: Limit, facts: MediaFacts) -> str | None:
    # spec: media-types.tsv "audio": Opus, mono only. The On-Premises pages do not say it.
    channels = facts.sniffed.channels
    if limit.dialect == "onprem" or channels is None or channels == 1:
        return None
    return f"The Ogg/Opus sound has {channels} channels; encode it in mono."


def _name(kind: MediaKind) -> str:
    words = "voice message" if kind == "voice" else kind.replace("_", " ")
    return f"an {words}" if words[0] in "aeiou" else f"a {words}"
