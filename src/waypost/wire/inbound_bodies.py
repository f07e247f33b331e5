"""The object of `messages[]` that tells what a user has done: what is stored, and every dialect renders.

# spec: cloud-api.md#8
"""

import base64
from collections.abc import Mapping
from typing import Any

import msgspec

from waypost.wire.facts import MediumFacts
from waypost.wire.inbound import Deleted, Edited, NewCaption, PhoneMessage, UserMedia, UserSystem, UserUnsupported


class _Deletion(msgspec.Struct):
    """The part of a stored body that tells a deletion."""

    revoke: Deleted | None = None


def inbound_body(message: PhoneMessage, references: Mapping[str, Any], *, animated: bool) -> bytes:
    """Return the object of `messages[]` but for what every message has and what a store knows of its file.

    `references` are the members that name other messages, with their ids as the platform writes them.
    """
    members = dict(references)
    if message.referral is not None:
        members["referral"] = message.referral
    if message.type not in members and message.content is not None:
        members[message.type] = _member(message, animated=animated)
    if message.type == "system" and message.system is not None and message.system.identity is not None:
        # That the keys stand beside `system`, and not only in it, is (unconfirmed): a library (pywa) reads them there.
        members["identity"] = message.system.identity
    if code := _error_code(message):
        members["errors"] = [_error(code)]
    return msgspec.json.encode({name: member for name, member in members.items() if member is not None})


def changed_number_body(name: str, numbers: tuple[str, str], user_ids: tuple[str, str]) -> bytes:
    """Return the object of `messages[]` that tells of a user's new number, and of the new id that comes with it.

    That the ids are told, too, is (unconfirmed): the platform's changelog of 11 August 2026 has it so.

    # spec: samples/cloud/hook_in_system_number_changed.json, cloud-api.md#7.4 ("changes when the user changed number")
    """
    (old, new), (old_id, new_id) = numbers, user_ids
    told = UserSystem(
        type="user_changed_number",
        body=f"User {name} changed from {old} to {new}",
        wa_id=new,
        user_id=new_id,
        previous_user_id=old_id,
    )
    return msgspec.json.encode({"system": told})


def deleted_id(body: bytes) -> str:
    """Return the id of the message that a stored deletion is about; empty for any other message."""
    found = msgspec.json.decode(body, type=_Deletion).revoke
    return found.original_message_id if found else ""


def edit_member(edited: Edited, original_id: str, file: MediumFacts | None) -> dict[str, object]:
    """Return the object of an edit of the message `original_id`, which carries `file`.

    # spec: samples/cloud/hook_in_edit.json; that a new caption comes with the file's members is (unconfirmed)
    """
    new = edited.message
    content: object = new.content
    if file is not None:
        digest = base64.b64encode(file.sha256).decode("ascii")
        known = {"mime_type": file.mime, "sha256": digest, "id": str(file.key)}
        content = {"caption": content.caption, **known} if isinstance(content, NewCaption) else known
    return {"original_message_id": original_id, "message": {"type": new.type, new.type: content}}


def _member(message: PhoneMessage, *, animated: bool) -> object:
    content = message.content
    if isinstance(content, UserMedia):
        return _media_member(message.type, content, animated=animated)
    if isinstance(content, UserUnsupported):
        return {"type": content.type} if content.type else None
    return content


def _media_member(kind: str, file: UserMedia, *, animated: bool) -> dict[str, object]:
    shown: dict[str, object] = {}
    if kind == "document" and file.filename is not None:
        shown["filename"] = file.filename
    if file.caption is not None:
        shown["caption"] = file.caption
    if kind == "audio":
        shown["voice"] = bool(file.voice)
    if kind == "sticker":
        shown["animated"] = animated
    if file.unavailable and file.mime_type is not None:
        shown["mime_type"] = file.mime_type
    return shown


# -- What could not be shown -------------------------------------------------------------------------------------

_ERRORS: Mapping[int, tuple[str, str]] = {
    131051: ("Message type unknown", "Message type is currently not supported."),
    131052: ("Media download error", "Failed to download the media from the sender."),
    131060: ("This message is currently unavailable", "The message cannot be shown yet."),
}
"""The words of the first are those of a sample; those of the others are (unconfirmed).

# spec: samples/cloud/hook_in_unsupported.json, error-codes.tsv
"""


def _error_code(message: PhoneMessage) -> int | None:
    content = message.content
    if message.type == "ephemeral":
        return 131051
    if message.type == "unsupported":
        return content.code if isinstance(content, UserUnsupported) else 131051
    return 131052 if isinstance(content, UserMedia) and content.unavailable else None


def _error(code: int) -> dict[str, object]:
    title, details = _ERRORS[code]
    return {"code": code, "title": title, "message": title, "error_data": {"details": details}}
