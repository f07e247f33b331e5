"""What customer service windows depend on, kept in memory for the pairs seen lately; the same for every store."""

from waypost.model import NumberId, WindowFacts

Pair = tuple[NumberId, str]


class KnownWindows:
    """When users last wrote, and their free entry points, by number and user."""

    def __init__(self, capacity: int = 100_000) -> None:
        """Remember so many pairs; 0: none, because other processes change them."""
        self._capacity = capacity
        self._facts: dict[Pair, WindowFacts] = {}
        self.changes = 0
        """How often something committed has changed any window: what was read before that may be old."""

    def get(self, pair: Pair) -> WindowFacts | None:
        """Return what is known of a pair; None if it must be looked up."""
        return self._facts.get(pair)

    def keep(self, pair: Pair, facts: WindowFacts) -> None:
        """Remember what was looked up."""
        if not self._capacity:
            return
        if len(self._facts) >= self._capacity:
            del self._facts[next(iter(self._facts))]
        self._facts[pair] = facts

    def renew(self, pair: Pair, at_ms: int, *, from_ad: bool = False) -> None:
        """Note a message that is committed; times never go back. Pairs that are not here stay in the database."""
        self.changes += 1
        if facts := self._facts.get(pair):
            ad_ms = at_ms if from_ad else facts.ad_ms
            self._facts[pair] = WindowFacts(max(facts.last_inbound_ms or 0, at_ms), ad_ms, facts.free_until_ms)

    def answer(self, pair: Pair, until_ms: int) -> None:
        """Note a free entry point that is committed."""
        self.changes += 1
        if facts := self._facts.get(pair):
            self._facts[pair] = WindowFacts(facts.last_inbound_ms, None, until_ms)

    def clear(self) -> None:
        """Forget everything."""
        self.changes += 1
        self._facts.clear()
