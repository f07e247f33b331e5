"""Telling what a store has changed, after the commit; the same for every store."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from waypost.model import Delivery, Event
from waypost.ports import Changes, Further, InboundRow, StatusRow, Tell
from waypost.storage.commit import GroupCommit, Operation
from waypost.wire.control.feed import World

_DOCUMENTS: Mapping[str, World] = {"account": "accounts", "network": "rules", "registration": "numbers"}
"""What a document of a kind is about, where the console shows it."""


class Watch:
    """Who is told of changes: frequent ones are seen in a flush's operations, of rare ones the store's parts tell."""

    def __init__(self, commit: GroupCommit) -> None:
        self._commit = commit
        self._tell: Tell | None = None

    def have_told(self, tell: Tell | None) -> None:
        """Have every change told; see `ports.Lists.watch`."""
        self._tell = tell
        self._commit.on_landed = None if tell is None else partial(_tell_all, tell)

    def tell(self, *world: World, phone: str | None = None) -> None:
        """Tell of something rare, which is committed."""
        if self._tell is not None:
            self._tell(Changes(phones=set() if phone is None else {phone}, world=set(world)))

    def tell_document(self, kind: str) -> None:
        """Tell of a document, if it is of a kind that anybody is shown."""
        topic = _DOCUMENTS.get(kind)
        if topic is not None:
            self.tell(topic)

    def tell_event(self, event: Event, *, notify: bool, further: Further) -> None:
        """Tell of an event with its deliveries."""
        if self._tell is not None:
            changes = Changes()
            _note_event(changes, event, notify=notify, further=further)
            self._tell(changes)

    def tell_deliveries(self, deliveries: Iterable[Delivery]) -> None:
        """Tell of deliveries that begin anew."""
        if self._tell is not None:
            changes = Changes()
            for delivery in deliveries:
                _note_delivery(changes, delivery)
            self._tell(changes)


def _tell_all(tell: Tell, operations: list[Operation]) -> None:
    changes = changes_of(operations)
    if changes != Changes():
        tell(changes)


def changes_of(operations: Iterable[Operation]) -> Changes:
    """Return what operations have changed; those that failed changed nothing."""
    changes = Changes()
    for operation in operations:
        note = _NOTES.get(operation.kind.name)
        if note is not None and operation.error is None:
            note(changes, operation.item)
    return changes


# Any: each kind has items of its own; see `steps` and the parts of the stores.
def _message(changes: Changes, item: Any) -> None:
    changes.messages.add(item.key)


def _first(changes: Changes, item: Any) -> None:
    changes.messages.add(item[0].key)


def _failed(changes: Changes, item: Any) -> None:
    _event(changes, item[1])


def _statuses(changes: Changes, item: Any) -> None:
    for row in item:
        _event(changes, row)


def _event(changes: Changes, row: StatusRow | InboundRow) -> None:
    _note_event(changes, row.event, notify=row.notify, further=row.further)


def _note_event(changes: Changes, event: Event, *, notify: bool, further: Further) -> None:
    changes.messages.add(event.message_key)
    if notify:
        changes.deliveries.add(event.key)
    changes.further.update(key for key, _ in further)


def _delivery(changes: Changes, item: Any) -> None:
    _note_delivery(changes, item[0])


def _note_delivery(changes: Changes, delivery: Delivery) -> None:
    changes.messages.add(delivery.event.message_key)
    if delivery.further_key is None:
        changes.deliveries.add(delivery.event.key)
    else:
        changes.further.add(delivery.further_key)


def _carried(changes: Changes, item: Any) -> None:
    changes.messages.add(item.token)


def _progress(changes: Changes, item: Any) -> None:
    changes.messages.update(token for token, _, _ in item)


_NOTES: Mapping[str, Callable[[Changes, Any], None]] = {
    "accept": _message,
    "accept_once": _first,
    "settle_sent": _first,
    "settle_later": _first,
    "settle_failed": _failed,
    "record_statuses": _statuses,
    "record_inbound": _event,
    "delivery_done": _delivery,
    "delivery_retry": _delivery,
    "delivery_dead": _delivery,
    "delivery_ended": _delivery,
    "take": _carried,
    "progressed": _progress,
}
