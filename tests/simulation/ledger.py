"""What must be true of every history, in plain Python: facts seen from outside, and the rules that they must keep.

The ledger never asks the code under test. It notes what a client, a phone, a network and a receiver can see, looks at
the disk after each commit, and raises `Broken` with one sentence as soon as a promise is broken.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import reduce

from tests.simulation.disk import Disk, Parcel
from tests.simulation.start import FURTHER

from waypost.errors.outcomes import SOMETHING_WENT_WRONG, WINDOW_CLOSED
from waypost.model import Event, EventKey, InboundMessage, MessageKey, NumberId, Outbound, Status, StatusUpdate
from waypost.ports import Carried

DAY_MS = 86_400_000
_LADDER = {Status.ACCEPTED: 0, Status.SENT: 1, Status.DELIVERED: 2, Status.READ: 3, Status.PLAYED: 4}
_HORIZON_MS = 7 * DAY_MS
_MOST_ATTEMPTS = 8

Pair = tuple[NumberId, str]
Line = tuple[str, MessageKey]
"""The events of one message to one endpoint; they arrive in order."""


class Broken(Exception):  # noqa: N818 - it is the answer, not an error
    """A promise is broken; the text says which."""


class Ledger:
    """The facts of one history."""

    def __init__(self) -> None:
        self.step = 0
        self.now_ms = 0
        self.acked: dict[MessageKey, Pair] = {}
        self.heard: set[MessageKey] = set()
        """Messages of users that were acknowledged to their network."""
        self.wrote: dict[Pair, int] = {}
        """When users wrote whose messages were acknowledged."""
        self.told: dict[MessageKey, list[Status]] = defaultdict(list)
        """Statuses that were acknowledged to the network that reported them, in that order."""
        self.arrived: Counter[MessageKey] = Counter()
        self.sends: Counter[MessageKey] = Counter()
        self.ambiguous: set[tuple[MessageKey, int]] = set()
        self.by_key: dict[str, MessageKey] = {}
        self.unheard: Counter[Pair] = Counter()
        """Messages of users that are on their way in."""
        self.bodies: dict[str, bytes] = {}
        self.taken: set[tuple[str, str]] = set()
        """URL and id of what a receiver answered with 200."""
        self._answered: set[tuple[str, str]] = set()
        """The same, if the server that lives now was given the answer."""
        self.posts = 0
        self.drawn: dict[int, int] = {}
        """The step in which each key was made."""
        self.by_hand: set[Line] = set()
        self.unset: set[NumberId] = set()
        """Numbers whose webhook was taken away or set anew at any time."""
        self.gone: set[NumberId] = set()
        """Numbers whose receiver has answered 410 at any time."""
        self._shown: Counter[MessageKey] = Counter()
        self._reported_failed: set[MessageKey] = set()
        self._tries: dict[MessageKey, tuple[int, int | None]] = {}
        self._committed: dict[EventKey, int] = {}
        self._status: dict[MessageKey, Status] = {}
        self._seen: set[tuple[MessageKey, Status | None]] = set()
        self._events = 0

    # -- what happens outside

    def accepted(self, message: MessageKey, pair: Pair, key: str | None, disk: Disk) -> None:
        """A client was given the id of a message."""
        self.acked[message] = pair
        if key is None or message not in disk.messages:
            return
        earlier = self.by_key.get(key, message)
        if earlier != message and _accepted_ms(disk, message) - _accepted_ms(disk, earlier) <= 2 * DAY_MS:
            raise Broken(f"the Idempotency-Key {key} has become two messages within 48 hours")
        self.by_key[key] = message

    def hears(self, message: InboundMessage) -> None:
        """A user's message is acknowledged to the network that brings it."""
        pair = message.number_id, message.person.wa_id
        self.unheard[pair] -= 1
        self.heard.add(message.key)
        self.wrote[pair] = max(self.wrote.get(pair, 0), message.at_ms)

    def trying(self, message: Outbound, disk: Disk) -> None:
        """An attempt to deliver begins."""
        self._tries[message.key] = self.now_ms, _last_ms(disk, (message.number_id, message.wa_id))

    def sending(self, message: Outbound, disk: Disk, *, askable: bool) -> None:
        """A message is handed to the network: what must hold at the last moment."""
        key, pair = message.key, (message.number_id, message.wa_id)
        self.sends[key] += 1
        for other in disk.jobs:
            if other < key and _pair_of(disk, other) == pair:
                raise Broken("a message overtakes an earlier one to the same user")
        job = disk.jobs.get(key)
        if not askable and (job is None or not job.begun or job.attempt != message.attempt):
            raise Broken("an attempt reaches the network before it is noted as begun")
        if message.kind == "template" or self.unheard[pair]:
            return
        last_ms = _last_ms(disk, pair)
        if last_ms is None or self._tries[key][0] - last_ms >= DAY_MS:
            raise Broken("a free-form message is sent although 24 hours have passed since the user wrote")

    def arrives(self, message: Outbound, *, askable: bool) -> None:
        """The network has the message; one that can be asked shows it once by itself."""
        self.arrived[message.key] += 1
        allowed = 1 + sum(1 for key, _ in self.ambiguous if key == message.key)
        if not askable and self.arrived[message.key] > allowed:
            raise Broken(f"a message reaches its user {self.arrived[message.key]} times, which nothing excuses")

    def shown(self, carried: Carried) -> None:
        """The embedded network takes a message as one that it has not had."""
        self._shown[carried.token] += 1
        if self._shown[carried.token] > 1:
            raise Broken("the embedded network takes a message twice")

    def reported(self, updates: Iterable[StatusUpdate]) -> None:
        """The network reports statuses."""
        self._reported_failed.update(update.token for update in updates if update.status is Status.FAILED)

    def posted(self, url: str, webhook_id: str, body: bytes, disk: Disk) -> None:
        """A receiver gets a webhook call."""
        self.posts += 1
        if self.bodies.setdefault(webhook_id, body) != body:
            raise Broken("a webhook call comes again with other bytes")
        parcel = _parcel_of(disk, EventKey(int(webhook_id.removeprefix("evt_"))), is_further=url == FURTHER)
        line = line_of(parcel)
        if line in self.by_hand:
            return
        if (url, webhook_id) in self._answered:
            raise Broken("an event is told again although its receiver has taken it")
        drawn = self.drawn[parcel.event.key]
        for other in disk.parcels.values():
            earlier = other.event.key < parcel.event.key and self._committed.get(other.event.key, drawn) < drawn
            if other.state == "waiting" and earlier and line_of(other) == line:
                raise Broken("an event is told before an earlier one of its message")

    def answered(self, url: str, webhook_id: str) -> None:
        """The server is given the 200 of a receiver."""
        self._answered.add((url, webhook_id))

    # -- what is on the disk

    def committed(self, disk: Disk) -> None:
        """Look at a disk after a commit."""
        for key, row in disk.messages.items():
            if row.status is not None:
                was = self._status.get(key, Status.ACCEPTED)
                if row.status is not was and _falls(was, row.status):
                    raise Broken(f"a message falls from {was.word} to {row.status.word}")
                self._status[key] = row.status
        if len(disk.events) > self._events:
            for event in list(disk.events.values())[self._events :]:
                self._new(event, disk)
            self._events = len(disk.events)

    def _new(self, event: Event, disk: Disk) -> None:
        fact = event.message_key, event.status
        if fact in self._seen:
            raise Broken(f"the same {event.status.word if event.status else 'message'} is two events")
        self._seen.add(fact)
        self._committed[event.key] = self.step
        if event.key not in disk.parcels and event.number_id not in self.unset:
            raise Broken("an event is stored and nobody will be told")
        if disk.numbers[event.number_id].callbacks.further and not _parcels_of(disk, event.key, is_further=True):
            raise Broken("an event is stored and a further endpoint will not be told")
        if event.status is Status.FAILED:
            self._failed(event, disk)

    def _failed(self, event: Event, disk: Disk) -> None:
        key = event.message_key
        if key in disk.carried and key not in self._reported_failed:
            raise Broken("a message that the network has taken fails without its word")
        if event.problem == SOMETHING_WENT_WRONG.name and self.sends[key] < _MOST_ATTEMPTS and key in self._tries:
            raise Broken(f"a message is given up after {self.sends[key]} attempts")
        if event.problem == WINDOW_CLOSED.name and key in self._tries:
            last_ms = self._tries[key][1]
            if last_ms is not None and self.now_ms - last_ms < DAY_MS:
                raise Broken("a message fails for a closed window less than 24 hours after the user wrote")

    def crashed(self, disk: Disk) -> None:
        """The process is gone: everything acknowledged is there, and what was begun is ambiguous."""
        self.ambiguous.update((key, job.attempt) for key, job in disk.jobs.items() if job.begun)
        self.unheard.clear()
        self._answered.clear()
        self.kept(disk)

    def kept(self, disk: Disk) -> None:
        """Everything acknowledged is there."""
        for key in self.acked:
            if key not in disk.messages:
                raise Broken("a message was acknowledged and is not there")
        for key in self.heard:
            if (key, None) not in self._seen:
                raise Broken("a user's message was acknowledged and is not there")
        for pair, at_ms in self.wrote.items():
            if (_last_ms(disk, pair) or 0) < at_ms:
                raise Broken("a user's message was acknowledged and has not opened the window")
        for key, statuses in self.told.items():
            for status in statuses:
                if (key, status) not in self._seen:
                    raise Broken(f"a status ({status.word}) was acknowledged and is not there")

    def idle(self, disk: Disk) -> None:
        """Nothing is under way: whatever is due stands behind something that is not."""
        heads: dict[Pair, int] = {}
        for key in sorted(disk.jobs):
            heads.setdefault(_pair_of(disk, key), disk.jobs[key].due_ms)
        if any(due_ms <= self.now_ms for due_ms in heads.values()):
            raise Broken("a message waits for the network, is due, and nothing happens")
        waiting = sorted((key, parcel) for key, parcel in disk.parcels.items() if parcel.state == "waiting")
        lines: dict[Line, list[int]] = {}
        for _, parcel in waiting:
            lines.setdefault(line_of(parcel), []).append(parcel.due_ms)
        for line, dues in lines.items():
            due_ms = max(dues) if line in self.by_hand else dues[0]
            if due_ms <= self.now_ms:
                raise Broken("an event waits for its receiver, is due, and nothing happens")

    def quiet(self, disk: Disk) -> None:
        """All is over: everything acknowledged has come to its end, and was told."""
        self.kept(disk)
        if disk.jobs:
            raise Broken(f"{len(disk.jobs)} messages wait for the network at the end")
        for carried in disk.carried.values():
            if carried.progress < Status.READ:
                raise Broken(f"the network has stopped with a message at {carried.progress.word}")
        for parcel in disk.parcels.values():
            self._ended(parcel)
        for key, row in disk.messages.items():
            if row.status is not None:
                self._came_to_its_end(key, row.status, disk)

    def _ended(self, parcel: Parcel) -> None:
        state, number_id = parcel.state, parcel.event.number_id
        webhook_id = f"evt_{parcel.event.key}"
        if state == "waiting":
            raise Broken("an event waits for its receiver at the end")
        is_further = bool(parcel.endpoint)
        if state == "done" and not any(
            taken == webhook_id and (url == FURTHER) is is_further for url, taken in self.taken
        ):
            raise Broken("an event is noted as told, and no receiver has taken it")
        if state == "cancelled" and number_id not in self.unset:
            raise Broken("an event is cancelled although its webhook was always there")
        if state == "dead" and number_id not in self.gone and line_of(parcel) not in self.by_hand:
            self._was_tried_long_enough(parcel)

    def _was_tried_long_enough(self, parcel: Parcel) -> None:
        if parcel.attempts[-1].at_ms - parcel.first_ms < _HORIZON_MS - DAY_MS:
            raise Broken("an event is given up before its time")

    def _came_to_its_end(self, key: MessageKey, status: Status, disk: Disk) -> None:
        history = [event.status for event in disk.events.values() if event.message_key == key and event.status]
        climbed = reduce(_after, history, Status.ACCEPTED)
        if status is not climbed:
            raise Broken(f"a message is {status.word} and its history makes it {climbed.word}")
        carried = disk.carried.get(key)
        if carried is not None and status not in (Status.READ, Status.FAILED) and carried.progress is not Status.FAILED:
            raise Broken(f"a message of the embedded network ends as {status.word}")
        if status is Status.ACCEPTED and carried is None and not self.arrived[key]:
            raise Broken("a message was acknowledged and nothing has become of it")


def line_of(parcel: Parcel) -> Line:
    """Return what an event must not overtake."""
    return parcel.endpoint, parcel.event.message_key


def _parcels_of(disk: Disk, key: EventKey, *, is_further: bool) -> list[Parcel]:
    if not is_further:
        return [disk.parcels[key]] if key in disk.parcels else []
    return [parcel for parcel in disk.parcels.values() if parcel.endpoint and parcel.event.key == key]


def _parcel_of(disk: Disk, key: EventKey, *, is_further: bool) -> Parcel:
    (parcel,) = _parcels_of(disk, key, is_further=is_further)
    return parcel


def _pair_of(disk: Disk, key: MessageKey) -> Pair:
    message = disk.messages[key].message
    assert isinstance(message, Outbound)
    return message.number_id, message.wa_id


def _accepted_ms(disk: Disk, key: MessageKey) -> int:
    message = disk.messages[key].message
    assert isinstance(message, Outbound)
    return message.accepted_ms


def _last_ms(disk: Disk, pair: Pair) -> int | None:
    talk = disk.windows.get(pair)
    return talk.last_inbound_ms if talk else None


def _falls(was: Status, now: Status) -> bool:
    """Return whether a message may not go from one status to the other, by the rule and not by the table."""
    if was is Status.FAILED:
        return True
    if now is Status.FAILED:
        return _LADDER[was] > _LADDER[Status.SENT]
    return _LADDER[now] < _LADDER[was]


def _after(was: Status, came: Status) -> Status:
    return was if _falls(was, came) else came
