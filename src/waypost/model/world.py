"""The embedded network: its phones, and what a test orders it to do."""

from fnmatch import fnmatchcase

from msgspec import Struct, field

from waypost.errors import Problem
from waypost.model.keys import NumberId


class Phone(Struct):
    """A user of the embedded network."""

    wa_id: str
    name: str
    online: bool = True
    blocked: bool = False
    """The user has blocked the business."""
    reads: bool = True
    on_whatsapp: bool = True
    marketing: bool = True
    """Whether the user takes marketing messages of anybody."""
    username: str | None = None
    """With a username the phone number is hidden from businesses that do not know it."""
    identity: int = 0
    """How often the user's keys have changed."""
    read_receipts: bool = True
    """Whether businesses are told what the user reads."""
    chat_open: NumberId | None = None
    """The business whose chat the phone shows: what it sends is read at once."""
    stopped: tuple[int, ...] = ()
    """The accounts whose marketing messages the user has stopped."""
    former: tuple[str, ...] = ()
    """The numbers that the user had before this one, the oldest first."""


class Gather(Struct, frozen=True):
    """Hold several webhooks back: until there are `size` of them, or the first has waited for `wait_ms`."""

    size: int
    wait_ms: int


class WebhookTrouble(Struct, frozen=True):
    """What a rule orders to be done to webhooks."""

    batch: Gather | None = None
    """Put several updates into one POST."""
    reorder: Gather | None = None
    """Tell several in another order."""
    seed: int = 0
    """The order of `reorder` follows from it."""
    duplicate: int = 0
    """Tell each so many times more."""
    delay_ms: int = 0
    """Hold each back for so long, in platform time."""
    drop: bool = False
    """Never tell."""
    slower: float = 1.0
    """The factor by which retries come later."""
    fail_handshake: bool = False
    """Treat verifications of a callback URL as failed."""

    @property
    def concerns_events(self) -> bool:
        """Whether it does anything to what is told."""
        return self != WebhookTrouble(fail_handshake=self.fail_handshake)


class FaultRule(Struct):
    """What a test orders the embedded network to do.

    `phone`, `number_id` and `path` narrow it down; `next_count` and `every` say which of what it is about it hits:
    messages, or events, or verifications for `webhook`, or requests for `path`.
    """

    id: int
    number_id: NumberId | None = None
    phone: str | None = None
    fail: Problem | None = None
    """Fail with this problem: the message, or with a `path` the request."""
    delay_ms: int = 0
    """Hold the message back for so long, in platform time."""
    path: str | None = None
    """Beginning of a request's path, or a pattern for the whole of it with `*`, `?` or `[...]`."""
    webhook: WebhookTrouble = field(default_factory=WebhookTrouble)
    next_count: int | None = None
    """Only the next N; None: all of them."""
    every: int = 1
    """Only every Nth that matches."""
    seen: int = 0

    @property
    def concerns_messages(self) -> bool:
        """Whether it does anything to messages on their way to a phone."""
        return self.path is None and (self.fail is not None or self.delay_ms > 0)

    def matches(self, number_id: NumberId, wa_id: str | None) -> bool:
        """Return whether the rule is about this message."""
        return self.number_id in (None, number_id) and self.phone in (None, wa_id)

    def covers(self, path: str) -> bool:
        """Return whether the rule is about requests of this path."""
        if self.path is None:
            return False
        if any(sign in self.path for sign in "*?["):
            return fnmatchcase(path, self.path)
        return path.startswith(self.path)

    def strikes(self) -> bool:
        """Count what matches; return whether the rule hits this one."""
        if self.next_count == 0:
            return False
        self.seen += 1
        if self.seen % self.every:
            return False
        if self.next_count is not None:
            self.next_count -= 1
        return True
