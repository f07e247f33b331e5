"""The texts of a template's definition: how long, which variables, and that each variable has an example.

# spec: cloud-api.md#13.1
"""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from waypost.errors import Fault, Problem
from waypost.errors.templates import (
    TEMPLATE_BODY,
    TEMPLATE_FOOTER,
    TEMPLATE_HEADER,
    TEMPLATE_TOO_LONG,
    TEMPLATE_TOO_MANY_VARIABLES,
    TEMPLATE_VARIABLE_AT_EDGE,
)
from waypost.wire.definitions import Component, Example, NamedExample, fixed_parts, variables

MAX_HEADER_CHARACTERS = 60
MAX_BODY_CHARACTERS = 1024
MAX_FOOTER_CHARACTERS = 60

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_BRACES = re.compile(r"\{\{|\}\}")
_EDGE_SIGNS = " \t\n.,!?;:*_~"


class Text(Struct, frozen=True):
    """A text of the definition, and how its faults are called."""

    where: str
    words: str
    problem: Problem
    max_characters: int
    named: bool


def header_text(part: Component, *, named: bool) -> Iterator[Fault]:
    """Yield what is wrong with a text header: it has one variable at most."""
    text = Text("header", part.text or "", TEMPLATE_HEADER, MAX_HEADER_CHARACTERS, named)
    yield from _form(text)
    found = variables(text.words)
    if len(found) > 1:
        yield Fault(TEMPLATE_HEADER, f"header: the text has {len(found)} variables; one is allowed.")
    if "\n" in text.words:
        yield Fault(TEMPLATE_HEADER, "header: the text has a line break; take it out.")
    example = part.example or Example()
    yield from _examples(text, found, example.header_text, example.header_text_named_params)


def body_text(part: Component, *, named: bool, max_characters: int = MAX_BODY_CHARACTERS) -> Iterator[Fault]:
    """Yield what is wrong with a body."""
    text = Text("body", part.text or "", TEMPLATE_BODY, max_characters, named)
    yield from _form(text)
    yield from _places(text)
    example = part.example or Example()
    first = example.body_text[0] if example.body_text else None
    yield from _examples(text, variables(text.words), first, example.body_text_named_params)


def footer_text(part: Component) -> Iterator[Fault]:
    """Yield what is wrong with a footer: it has no variables."""
    text = Text("footer", part.text or "", TEMPLATE_FOOTER, MAX_FOOTER_CHARACTERS, named=False)
    yield from _form(text)
    if variables(text.words):
        yield Fault(TEMPLATE_FOOTER, "footer: the text has a variable; a footer is the same for everybody.")


def _form(text: Text) -> Iterator[Fault]:
    if not text.words.strip():
        yield Fault(text.problem, f"{text.where}: the text is missing or empty.")
    if len(text.words) > text.max_characters:
        yield Fault(
            TEMPLATE_TOO_LONG,
            f"{text.where}: the text has {len(text.words)} characters; at most {text.max_characters} are allowed.",
        )
    if any(_BRACES.search(piece) for piece in fixed_parts(text.words)):
        yield Fault(
            text.problem,
            f"{text.where}: there are braces that make no variable; write {{{{1}}}} or {{{{first_name}}}}.",
        )
    yield from _names(text, variables(text.words))


def _names(text: Text, found: Sequence[str]) -> Iterator[Fault]:
    if text.named:
        for name in found:
            if not _NAME.fullmatch(name):
                yield Fault(
                    text.problem,
                    f"{text.where}: the variable '{name[:60]}' is no name; with parameter_format NAMED a variable is "
                    "written in lower-case letters, digits and underscores.",
                )
    elif found != [str(number) for number in range(1, len(found) + 1)]:
        yield Fault(
            text.problem,
            f"{text.where}: the variables are {', '.join(found)[:60]}; number them from 1 without a gap, or say "
            "parameter_format NAMED.",
        )


def _places(text: Text) -> Iterator[Fault]:
    """Yield where variables may not stand.

    How many words a variable needs is not published: fewer words than variables are too few (unconfirmed).
    """
    pieces = fixed_parts(text.words)
    if len(pieces) == 1:
        return
    if not pieces[0].strip() or not pieces[-1].strip():
        yield Fault(TEMPLATE_VARIABLE_AT_EDGE, f"{text.where}: the text begins or ends with a variable.")
    if "" in pieces[1:-1]:
        yield Fault(text.problem, f"{text.where}: two variables stand side by side; put words between them.")
    words = sum(len(piece.strip(_EDGE_SIGNS).split()) for piece in pieces)
    if words < len(pieces) - 1:
        yield Fault(
            TEMPLATE_TOO_MANY_VARIABLES,
            f"{text.where}: there are {len(pieces) - 1} variables and only {words} words around them.",
        )


def _examples(
    text: Text, found: Sequence[str], positional: Sequence[str] | None, named: Sequence[NamedExample] | None
) -> Iterator[Fault]:
    """Yield which examples are missing: one per variable, by name or in order."""
    if text.named:
        given = {example.param_name for example in named or () if example.example}
        for name in found:
            if name not in given:
                yield Fault(
                    text.problem,
                    f"{text.where}: the variable '{name[:60]}' has no example; add it to "
                    f"example.{text.where}_text_named_params.",
                )
        return
    has = len([example for example in positional or () if example])
    if has != len(found):
        yield Fault(
            text.problem,
            f"{text.where}: there are {len(found)} variables and {has} examples; give example.{text.where}_text "
            "one example for each variable.",
        )
