"""What a store may raise, whatever it is asked."""


class StoreBusy(Exception):  # noqa: N818 - a condition, answered with 429
    """The queue of operations is at its bound."""


class StoreDown(Exception):  # noqa: N818 - a condition, answered with 503 or 507
    """The database cannot be written; `no_space` tells a full disk from the rest."""

    def __init__(self, why: str, *, no_space: bool = False) -> None:
        super().__init__(why)
        self.no_space = no_space


class StoreRefused(Exception):  # noqa: N818 - told to the operator as it is, who must act
    """The database cannot be opened; the text says why and what to do."""
