"""Typing indicators: which businesses seem to be typing to which phones. They last seconds, so nothing is stored.

# spec: cloud-api.md#5
"""

from waypost.model import NumberId

LIFE_MS = 25_000


class Indicators:
    """The indicators that show, by business and phone."""

    def __init__(self) -> None:
        self._until_ms: dict[tuple[NumberId, str], int] = {}

    def begin(self, number_id: NumberId, wa_id: str, now_ms: int) -> None:
        """Show one from now on; those that are over are thrown away."""
        self._until_ms = {pair: until_ms for pair, until_ms in self._until_ms.items() if until_ms > now_ms}
        self._until_ms[number_id, wa_id] = now_ms + LIFE_MS

    def end(self, number_id: NumberId, wa_id: str) -> None:
        """Show none any more: the business has answered."""
        self._until_ms.pop((number_id, wa_id), None)

    def on(self, wa_id: str, now_ms: int) -> list[tuple[NumberId, int]]:
        """Return who types to a phone, each with when it ends."""
        return [
            (number_id, until_ms)
            for (number_id, to), until_ms in self._until_ms.items()
            if to == wa_id and until_ms > now_ms
        ]

    def clear(self) -> None:
        """Show none."""
        self._until_ms.clear()
