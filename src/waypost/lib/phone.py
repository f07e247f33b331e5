"""Phone numbers: from what people write to digits, and back to something readable."""

import re

MIN_DIGITS = 7
MAX_DIGITS = 15

_AS_WRITTEN = re.compile(r" *\+?[0-9 ()-]+")
_SEPARATORS = str.maketrans("", "", "+ ()-")


def normalise(text: str) -> str:
    """Return the digits of an international number; a plus sign, spaces, hyphens and parentheses are dropped.

    Digits without a plus are taken as a whole international number too. Raises ValueError, in words for the caller,
    unless 7 to 15 ASCII digits remain; whether such a number exists is for the network to say.

    # spec: cloud-api.md#2.2
    """
    digits = text.removeprefix("+")
    if digits.isascii() and digits.isdigit():
        pass  # the usual case needs no pattern
    elif _AS_WRITTEN.fullmatch(text):
        digits = text.translate(_SEPARATORS)
    else:
        raise ValueError(f"'{text[:40]}' is not a phone number: write digits with the country code, as in +15550103344")
    if not MIN_DIGITS <= len(digits) <= MAX_DIGITS:
        raise ValueError(
            f"'{text[:40]}' is not a phone number: it has {len(digits)} digits, and {MIN_DIGITS} to {MAX_DIGITS} "
            "are possible, the country code included"
        )
    return digits


def display(digits: str) -> str:
    """Return the number as people read it: `+1 555-010-3344`, or a plus and the digits if its country is unknown."""
    import phonenumbers

    try:
        number = phonenumbers.parse("+" + digits)
    except phonenumbers.NumberParseException:
        return "+" + digits
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
