"""What a shell offers for an option whose value is read as text: its few words, or the files that are there."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Complete = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]


def offering(words: Sequence[str] = (), names: Literal["file", "dir"] | None = None) -> Complete:
    """Return what click asks for completions: paths if it `names` one, else those of the words that fit."""

    def complete(context: click.Context, option: click.Parameter, begun: str) -> "list[CompletionItem]":
        from click.shell_completion import CompletionItem

        _ = context, option
        if names is not None:
            return [CompletionItem(begun, type=names)]
        return [CompletionItem(word) for word in words if word.startswith(begun)]

    return complete
