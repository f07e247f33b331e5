"""Which files each dialect takes for which message type."""

import pytest
from tests.support import media

from waypost.errors import Fault
from waypost.errors.outcomes import MEDIA_FAILED
from waypost.errors.requests import BAD_MEDIA
from waypost.lib.file_facts import MediaFacts
from waypost.lib.image_headers import BadImage, ImageFacts
from waypost.lib.mime import parse_mime
from waypost.lib.sniff import Sniffed
from waypost.model import Dialect, MediaKey, Medium, NumberId
from waypost.rules.media import (
    MediaKind,
    check_fetched,
    check_stored,
    check_upload,
    is_animated,
    limit_for,
    served_type,
)
from waypost.wire.interactive.base import HeaderImage, HeaderVideo
from waypost.wire.messages.audio import Audio
from waypost.wire.messages.document import Document
from waypost.wire.messages.image import Image
from waypost.wire.messages.sticker import Sticker
from waypost.wire.messages.video import Video
from waypost.wire.parts import MediaObject

STILL = ImageFacts("webp", 512, 512)
MOVING = ImageFacts("webp", 512, 512, frames=3, animated=True)


def facts(
    mime: str,
    *,
    size: int = 1_000,
    found: str | None = "as declared",
    channels: int | None = None,
    image: ImageFacts | BadImage | None = None,
) -> MediaFacts:
    """Return the facts of a file that is what it says, unless told otherwise."""
    sniffed = Sniffed(mime.partition(";")[0] if found == "as declared" else found, channels=channels)
    return MediaFacts(parse_mime(mime), mime, size, sniffed, image)


# spec: media-types.tsv, media-types-onprem.tsv
@pytest.mark.parametrize(
    ("dialect", "kind", "max_bytes"),
    [
        ("cloud", "image", 5_242_880),
        ("cloud", "audio", 16_777_216),
        ("cloud", "voice", 16_777_216),
        ("cloud", "video", 16_777_216),
        ("cloud", "document", 104_857_600),
        ("cloud", "sticker", 512_000),
        ("cloud", "header_image", 5_242_880),
        ("cloud", "header_video", 16_777_216),
        ("cloud", "header_document", 104_857_600),
        ("onprem", "image", 5_242_880),
        ("onprem", "audio", 16_777_216),
        ("onprem", "voice", 16_777_216),
        ("onprem", "video", 16_777_216),
        ("onprem", "document", 104_857_600),
        ("onprem", "sticker", 102_400),
    ],
)
def test_each_message_type_has_its_limit(dialect: Dialect, kind: MediaKind, max_bytes: int) -> None:
    assert limit_for(dialect, kind) == max_bytes


@pytest.mark.parametrize("dialect", ["cloud", "onprem"])
@pytest.mark.parametrize(
    "media",
    [Image(id="5"), Audio(id="5"), Audio(id="5", voice=True), Video(id="5"), Document(id="5"), Sticker(id="5"),
     HeaderImage(id="5"), HeaderVideo(id="5")],
)  # fmt: skip
def test_every_place_for_a_file_has_its_limits(dialect: Dialect, media: MediaObject) -> None:
    assert limit_for(dialect, media.limits()) > 0


@pytest.mark.parametrize(
    ("dialect", "kind", "file"),
    [
        ("cloud", "image", facts("image/jpg", found="image/jpeg")),
        ("cloud", "image", facts("image/png", size=5_242_880, image=ImageFacts("png", 9, 9))),
        ("cloud", "audio", facts("audio/ogg; codecs=opus", channels=1)),
        ("cloud", "audio", facts("audio/mp4", found="video/mp4")),
        ("cloud", "voice", facts("audio/ogg", channels=1)),
        ("cloud", "video", facts("video/3gp", found="video/3gpp")),
        ("cloud", "video", facts("video/mp4", found="video/3gpp")),
        ("cloud", "sticker", facts("image/webp", size=102_400, image=STILL)),
        ("cloud", "sticker", facts("image/webp", size=512_000, image=MOVING)),
        ("cloud", "document", facts("application/x-anything", found=None)),
        ("cloud", "document", facts("image/jpeg", size=100_000_000, image=BadImage("is huge"))),
        ("cloud", "document", facts(media.docx().mime, found="application/x-ole-storage")),
        ("cloud", "document", facts("text/html")),
        ("cloud", "header_document", facts("application/pdf")),
        ("onprem", "image", facts("image/jpeg", image=ImageFacts("jpeg", 9, 9, cmyk=True))),
        ("onprem", "audio", facts("audio/ogg", channels=2)),
        ("onprem", "document", facts("image/gif")),
    ],
)
def test_a_right_file_is_taken(dialect: Dialect, kind: MediaKind, file: MediaFacts) -> None:
    assert check_fetched(dialect, kind, file) is None


@pytest.mark.parametrize("file", [facts("image/gif"), facts("image/jpeg", size=100_000_000)])
def test_on_premises_takes_every_picture_because_it_may_be_a_document(file: MediaFacts) -> None:
    assert check_upload("onprem", file) is None


@pytest.mark.parametrize(
    ("dialect", "kind", "file", "details"),
    [
        ("cloud", "image", facts("image/webp"),
         "The type image/webp is not allowed for an image; send one of image/jpeg, image/png."),
        ("cloud", "image", facts("image/png", size=5_242_881),
         "The file has 5,242,881 bytes; an image may have at most 5,242,880. Send a smaller file."),
        ("cloud", "image", facts("image/png", image=ImageFacts("png", 9, 9, bits=16)),
         "The image has 16 bits per channel; export it with 8."),
        ("cloud", "image", facts("image/jpeg", image=ImageFacts("jpeg", 9, 9, cmyk=True)),
         "The image has CMYK colours; export it in RGB."),
        ("cloud", "voice", facts("audio/mpeg"),
         "The type audio/mpeg is not allowed for a voice message; send one of audio/ogg."),
        ("cloud", "audio", facts("audio/ogg", channels=2),
         "The Ogg/Opus sound has 2 channels; encode it in mono."),
        ("cloud", "audio", facts("audio/ogg", found="application/ogg"),
         "The type is audio/ogg, but the content is Ogg without Opus; send the file under its real type."),
        ("cloud", "video", facts("video/mp4", found="audio/mp4"),
         "The type is video/mp4, but the content is audio/mp4; send the file under its real type."),
        ("cloud", "header_video", facts("video/3gpp"),
         "The type video/3gpp is not allowed for a header video; send one of video/mp4."),
        ("cloud", "header_document", facts("text/plain"),
         "The type text/plain is not allowed for a header document; send one of application/pdf."),
        ("cloud", "document", facts("video/x-matroska"),
         "The type video/x-matroska is not allowed for any message type; send one of video/3gpp, video/mp4."),
        ("cloud", "document", facts("text/plain", found="text/html"),
         "The type is text/plain, but the content is text/html; send the file under its real type."),
        ("cloud", "document", facts("application/pdf", size=104_857_601),
         "The file has 104,857,601 bytes; a document may have at most 104,857,600. Send a smaller file."),
        ("onprem", "sticker", facts("image/webp", image=MOVING),
         "The sticker is animated, which the On-Premises API does not send; send one that is not."),
        ("onprem", "sticker", facts("image/webp", size=102_401, image=STILL),
         "The file has 102,401 bytes; a sticker may have at most 102,400. Send a smaller file."),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_value_limit_and_remedy(
    dialect: Dialect, kind: MediaKind, file: MediaFacts, details: str
) -> None:
    assert check_fetched(dialect, kind, file) == Fault(MEDIA_FAILED, details)


def test_a_wrong_upload_is_a_bad_parameter() -> None:
    fault = check_upload("cloud", facts("image/jpeg", size=0))

    assert fault == Fault(BAD_MEDIA, "The file is empty (0 bytes); send the bytes of the file.")


def test_a_kind_that_is_not_raises() -> None:
    with pytest.raises(KeyError):
        limit_for("onprem", "gif")


def stored(mime: str, *, size: int = 1_000, animated: bool = False) -> Medium:
    """Return the row of a file that was taken as an upload."""
    return Medium(MediaKey(1), 2, NumberId(3), b"hash", mime, size, 0, 1, "upload", animated=animated)


@pytest.mark.parametrize(
    ("dialect", "kind", "medium", "details"),
    [
        ("cloud", "image", stored("image/jpeg", size=5_242_880), None),
        ("cloud", "sticker", stored("image/webp", size=512_000, animated=True), None),
        ("cloud", "audio", stored("audio/ogg; codecs=opus"), None),
        ("onprem", "document", stored("image/gif"), None),
        ("cloud", "image", stored("audio/mpeg"),
         "The type audio/mpeg is not allowed for an image; send one of image/jpeg, image/png."),
        ("onprem", "image", stored("image/jpeg", size=5_242_881),
         "The file has 5,242,881 bytes; an image may have at most 5,242,880. Send a smaller file."),
        ("cloud", "sticker", stored("image/webp", size=102_401),
         "The file has 102,401 bytes; a sticker that is not animated may have at most 102,400. Send a smaller file."),
        ("onprem", "sticker", stored("image/webp", animated=True),
         "The sticker is animated, which the On-Premises API does not send; send one that is not."),
    ],
)  # fmt: skip
def test_a_stored_file_is_judged_again_when_it_is_sent(
    dialect: Dialect, kind: MediaKind, medium: Medium, details: str | None
) -> None:
    assert check_stored(dialect, kind, medium) == (None if details is None else Fault(MEDIA_FAILED, details))


@pytest.mark.parametrize(
    ("file", "mime"),
    [
        (facts("image/jpg; charset=x", found="image/jpeg"), "image/jpeg"),
        (facts("audio/ogg;codecs=opus"), "audio/ogg; codecs=opus"),
        (facts("audio/ogg"), "audio/ogg"),
        (facts("", found="application/pdf"), "application/pdf"),
        (facts("", found=None), "application/octet-stream"),
    ],
)
def test_a_file_is_served_under_its_plain_type(file: MediaFacts, mime: str) -> None:
    assert served_type(file) == mime


def test_a_picture_moves_when_it_says_so() -> None:
    moves = [is_animated(facts("image/webp", image=image)) for image in (STILL, MOVING, BadImage("is cut off"), None)]

    assert moves == [False, True, False, False]
