"""How the faults of template parameters are worded, wherever in a template they are found."""

import re
from collections.abc import Iterator

from waypost.errors import Fault
from waypost.errors.templates import TEMPLATE_CHARACTERS, TEMPLATE_PARAM_COUNT, TEMPLATE_TEXT_TOO_LONG

_FORBIDDEN = re.compile(r"[\n\r\t]| {5}")
_WORDS = {"\n": "a line break", "\r": "a line break", "\t": "a tab"}


def count_fault(where: str, has: int, wanted: int) -> Fault:
    """Return the fault of a component with too many or too few parameters, as the platform words it.

    # spec: samples/cloud/resp_err_template_params.json
    """
    return Fault(
        TEMPLATE_PARAM_COUNT,
        f"{where}: number of localizable_params ({has}) does not match the expected number of params ({wanted})",
    )


def characters(where: str, text: str) -> Iterator[Fault]:
    """Yield a fault for line breaks, tabs and more than four spaces in a row."""
    if found := _FORBIDDEN.search(text):
        what = _WORDS.get(found[0], "more than four spaces in a row")
        yield Fault(TEMPLATE_CHARACTERS, f"{where} has {what} at character {found.start() + 1}")


def too_long(what: str, length: int, most: int) -> Iterator[Fault]:
    """Yield a fault if `length` is over the limit."""
    if length > most:
        yield Fault(TEMPLATE_TEXT_TOO_LONG, f"{what} has {length} characters, at most {most} are allowed")
