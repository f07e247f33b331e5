"""Phone numbers as people write them."""

import pytest

from waypost.lib import phone


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("15550103344", "15550103344"),
        ("+15550103344", "15550103344"),
        ("+1 (650) 555-1234", "16505551234"),
        (" +49 30 1234567 ", "49301234567"),
        ("1234567", "1234567"),
        ("123456789012345", "123456789012345"),
    ],
)
def test_a_number_becomes_its_digits(written: str, digits: str) -> None:
    assert phone.normalise(written) == digits


@pytest.mark.parametrize(
    "written",
    ["", "1", "123456", "1234567890123456", "+", "()", "++15550103344", "1555x103344", "whatsapp-id", "1555.010.3344",
     "\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668", "+\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668",
     "15550103344\n", "1555\u00a00103344", "²²²²²²²²"],
)  # fmt: skip
def test_what_is_no_number_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is not a phone number"):
        phone.normalise(written)


@pytest.mark.parametrize(
    ("digits", "readable"),
    [("15550100200", "+1 555-010-0200"), ("4930123456", "+49 30 123456"), ("0000000", "+0000000")],
)
def test_a_number_is_shown_as_people_write_it(digits: str, readable: str) -> None:
    assert phone.display(digits) == readable
