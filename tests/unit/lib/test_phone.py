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
    [
        ("15550100200", "+1 555-010-0200"),
        ("4930123456", "+49 30 123456"),
        ("0000000", "+0000000"),
        ("111111111111111", "+111111111111111"),
        ("5491112345678", "+54 9 11 1234-5678"),
        ("525512345678", "+52 55 1234 5678"),
    ],
)
def test_a_number_is_shown_as_people_write_it(digits: str, readable: str) -> None:
    assert phone.display(digits) == readable


@pytest.mark.parametrize(
    ("written", "wa_id"),
    [
        ("+55 82 99988-7766", "558299887766"),  # the ninth digit is dropped outside the areas 11 to 28
        ("558299887766", "558299887766"),
        ("+55 11 99988-7766", "5511999887766"),
        ("+55 11 9988-7766", "5511999887766"),  # and added within them
        ("+55 28 9988-7766", "5528999887766"),
        ("+55 31 99988-7766", "553199887766"),
        ("+55 11 3333-4444", "551133334444"),  # landlines have no ninth digit
        ("+55 82 3333-4444", "558233334444"),
        ("+52 55 1234 5678", "5215512345678"),
        ("+52 1 55 1234 5678", "5215512345678"),
        ("+54 11 1234-5678", "5491112345678"),
        ("+54 9 11 1234-5678", "5491112345678"),
        ("+1 520 555 0142", "15205550142"),
    ],
)
def test_a_number_is_called_what_the_platform_calls_it(written: str, wa_id: str) -> None:
    assert phone.normalise(written) == wa_id
    assert phone.normalise(wa_id) == wa_id


@pytest.mark.parametrize(
    ("written", "wa_id"),
    [
        ("650 555 1234", "16505551234"),
        ("(650) 555-1234", "16505551234"),
        ("+49 30 1234567", "49301234567"),
        (" +49 30 1234567", "49301234567"),
        ("16505551234", "116505551234"),
    ],
)
def test_read_strictly_digits_without_a_plus_belong_to_the_home_country(written: str, wa_id: str) -> None:
    assert phone.normalise(written, home="1") == wa_id


@pytest.mark.parametrize(("digits", "code"), [("15550100200", "1"), ("4930123456", "49"), ("0000000", "")])
def test_the_calling_code_of_a_number_is_that_of_its_country(digits: str, code: str) -> None:
    assert phone.calling_code(digits) == code
