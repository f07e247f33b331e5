"""Phone numbers: from what people write to the platform's digits, and back to something readable."""

import hashlib
import re
from collections.abc import Callable
from functools import lru_cache

MIN_DIGITS = 7
MAX_DIGITS = 15

HomeCode = Callable[[str], str]
"""Returns, by a business number's digits, what stands in front of a user's digits without a plus: see `normalise`."""

_AS_WRITTEN = re.compile(r" *\+?[0-9 ()-]+")
_MOBILE = "6789"
_PSEUDO = 10**14
_FACTOR = 61_803_398_874_989  # has no factor in common with ten, so that it can be taken back
_SEPARATORS = str.maketrans("", "", "+ ()-")


def normalise(text: str, *, home: str = "") -> str:
    """Return the wa_id of a number as people write it: digits, as the platform writes those of its country.

    A plus sign, spaces, hyphens and parentheses are dropped. Digits without a plus are taken as a whole international
    number too; `home`, a country's calling code, is put in front of them instead (the strict reading). Raises
    ValueError, in words for the caller, unless 7 to 15 ASCII digits remain; whether such a number exists is for the
    network to say.

    # spec: cloud-api.md#2.2
    """
    digits = text.removeprefix("+")
    if home or not (digits.isascii() and digits.isdigit() and MIN_DIGITS <= len(digits) <= MAX_DIGITS):
        digits = digits_of(text if not home or "+" in text else f"{home}{text.lstrip()}")
    return wa_id(digits)


def digits_of(text: str) -> str:
    """Return the digits of a whole international number, without a look at its country. Raises ValueError."""
    digits = text.removeprefix("+")
    if digits.isascii() and digits.isdigit():
        pass
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


def wa_id(digits: str) -> str:
    """Return what the platform calls a number: in three countries that is not what is dialled.

    Brazil: mobile numbers have a ninth digit, 9, after the area code; the platform knows those of the areas 11 to 28
    with it and the others without. Mexico: 521 and ten digits. Argentina: 549 and ten digits.

    # spec: cloud-api.md#2.2, on-premises-api.md#6.1
    """
    if not digits.startswith("5"):
        return digits
    if digits.startswith("55"):
        return _brazilian(digits)
    if len(digits) == 12 and digits.startswith("52"):
        return "521" + digits[2:]
    if len(digits) == 12 and digits.startswith("54"):
        return "549" + digits[2:]
    return digits


def _brazilian(digits: str) -> str:
    area, subscriber = digits[2:4], digits[4:]
    keeps_ninth = "11" <= area <= "28"
    if keeps_ninth and len(subscriber) == 8 and subscriber[0] in _MOBILE:
        return f"55{area}9{subscriber}"
    if not keeps_ninth and len(subscriber) == 9 and subscriber[0] == "9" and subscriber[1] in _MOBILE:
        return f"55{area}{subscriber[1:]}"
    return digits


def pseudo(number_id: int, wa_id: str) -> str:
    """Return digits that stand for a user who hides the phone number: they begin with 0, as no number does.

    Only the business itself can make something of them; `real` takes them back. A number of 15 digits has none of its
    own and is cut.
    """
    return f"0{(int(wa_id) * _FACTOR + number_id * _FACTOR) % _PSEUDO:014d}"


def real(number_id: int, digits: str) -> str:
    """Return the wa_id that `pseudo` stands for."""
    return str((int(digits) * pow(_FACTOR, -1, _PSEUDO) - number_id) % _PSEUDO)


def nobody(user_id: str) -> str:
    """Return digits that stand for a user id that no phone has; no message to them arrives."""
    return f"0{int.from_bytes(hashlib.blake2b(user_id.encode(), digest_size=8).digest()) % _PSEUDO:014d}"


def is_pseudo(digits: str) -> bool:
    """Return whether digits are made by `pseudo` or `nobody`, and so are no phone number."""
    return len(digits) == MAX_DIGITS and digits[0] == "0"


def no_code(_digits: str) -> str:
    """Return that nothing does, since digits without a plus are a whole number as well."""
    return ""


@lru_cache(maxsize=1_000)
def calling_code(digits: str) -> str:
    """Return the calling code of a number's country; empty if there is no such country."""
    import phonenumbers

    try:
        return str(phonenumbers.parse("+" + digits).country_code)
    except phonenumbers.NumberParseException:
        return ""


def display(digits: str) -> str:
    """Return the number as people read it: `+1 555-010-3344`, or a plus and the digits if its country is unknown.

    All its digits are shown: of numbers that no country gives out, some would be left out.
    """
    import phonenumbers

    try:
        number = phonenumbers.parse("+" + digits)
        shown = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        return shown if digits_of(shown) == digits else "+" + digits
    except (phonenumbers.NumberParseException, ValueError):
        return "+" + digits
