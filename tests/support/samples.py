"""The platform's own samples of requests, and what makes one of them work here: real files, links, users, messages."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.support import media
from tests.support.clients import Body
from tests.support.media import Sample

FOLDER = Path(__file__).parents[1] / "golden" / "messages"

FILES: dict[str, Sample] = {
    "image": media.jpeg(),
    "audio": media.ogg_opus(),
    "video": media.mp4(),
    "document": media.pdf(),
    "sticker": media.sticker(),
}
_BY_EXTENSION = {
    ".jpg": media.jpeg(),
    ".png": media.png(),
    ".mp3": media.mp3(),
    ".mp4": media.mp4(),
    ".pdf": media.pdf(),
}


def names(dialect: str) -> list[str]:
    """Return the names of a dialect's samples; those whose template nobody has approved are left out."""
    found = sorted(path.name.removesuffix(".request.json") for path in (FOLDER / dialect).glob("*.request.json"))
    return [name for name in found if name != "template-carousel"]


def sample(dialect: str, name: str) -> Body:
    """Return a sample as it is printed."""
    return dict(json.loads((FOLDER / dialect / f"{name}.request.json").read_bytes()))


@dataclass(frozen=True)
class Home:
    """What takes the place of the ids, links and people that a sample names."""

    phone: str
    files_url: str
    media_ids: dict[str, str]
    message_id: str


def at_home(value: Any, home: Home, kind: str = "") -> Any:
    """Return a sample with everything that only existed where it was written replaced; `kind` is the object's name."""
    if isinstance(value, list):
        return [at_home(each, home, kind) for each in value]
    if not isinstance(value, dict):
        return value
    return {name: _member(name, inner, home, kind) for name, inner in value.items()}


def _member(name: str, value: Any, home: Home, kind: str) -> Any:
    if name == "to":
        return home.phone
    if name == "message_id":
        return home.message_id
    if name == "link" and isinstance(value, str):
        before, scheme, rest = value.rpartition("https://")
        return before + home.files_url + urlsplit(scheme + rest).path
    if name == "id" and kind in home.media_ids and value is not None:
        return home.media_ids[kind]
    return at_home(value, home, name)


def file_at(paths: list[str], kind: str) -> Sample:
    """Return what a file server has at a sample's link: what its name says, or what the message is."""
    extension = Path(paths[0]).suffix if paths else ""
    return _BY_EXTENSION.get(extension) or FILES.get(kind) or FILES["image"]


def links_in(value: Any) -> list[str]:
    """Return the path of every link in a sample."""
    if isinstance(value, list):
        return [path for each in value for path in links_in(each)]
    if not isinstance(value, dict):
        return []
    link = value.get("link")
    here = [urlsplit(f"https://{link.rpartition('https://')[2]}").path] if isinstance(link, str) else []
    return here + [path for each in value.values() for path in links_in(each)]


def template_creation(handle: str) -> Body:
    """Return the sample of a create request, with a handle that exists in the place of the printed one."""
    printed = dict(json.loads((FOLDER.parent / "templates" / "create.request.json").read_bytes()))
    printed["components"][0]["example"]["header_handle"] = [handle]
    return printed
