"""Magic numbers: which recipients stand for what."""

import pytest

from waypost.rules.magic import MANNERS, Magic, magic_errors


@pytest.mark.parametrize(("wa_id", "code"), [("15550131031", 131031), ("15550130429", 130429), ("15550131056", 131056)])
def test_an_error_of_the_answer_refuses_the_request(wa_id: str, code: int) -> None:
    fault = Magic().refusal(wa_id)

    assert fault is not None
    assert fault.problem.code == code
    assert fault.details == f"Raised on purpose by the magic number: {fault.problem.rule}"
    assert Magic().failure(wa_id, "text") is None


@pytest.mark.parametrize(
    ("wa_id", "code"),
    [
        ("15550131026", 131026),
        ("15550131047", 131047),
        ("15550131053", 131053),
        ("15550130472", 130472),
        ("15550131042", 131042),
    ],
)
def test_an_error_of_the_webhook_fails_the_message_after_acceptance(wa_id: str, code: int) -> None:
    fault = Magic().failure(wa_id, "text")

    assert fault is not None
    assert fault.problem.code == code
    assert Magic().refusal(wa_id) is None


def test_an_undeliverable_template_is_told_as_one() -> None:
    fault = Magic().failure("15550131026", "template")

    assert fault is not None
    assert fault.problem.name == "undeliverable_template"


@pytest.mark.parametrize(
    "wa_id",
    [
        "15550001111",  # the sample phone
        "15550100900",  # the sample number
        "15550000001", "15550000010", "15550000033",  # what people make up
        "15550999999", "1555013102", "155501310260", "25550131026", "",
    ],
)  # fmt: skip
@pytest.mark.parametrize("magic", [Magic()])
def test_other_numbers_are_ordinary(wa_id: str, magic: Magic) -> None:
    assert not magic.knows(wa_id)
    assert magic.refusal(wa_id) is None
    assert magic.failure(wa_id, "text") is None
    assert magic.manner(wa_id).online


@pytest.mark.parametrize("wa_id", [*magic_errors(), *MANNERS])
def test_every_magic_number_is_ordinary_when_they_are_switched_off(wa_id: str) -> None:
    off = Magic(is_on=False)

    assert Magic().knows(wa_id)
    assert not off.knows(wa_id)
    assert off.refusal(wa_id) is None
    assert off.failure(wa_id, "text") is None
    assert off.manner(wa_id).online


@pytest.mark.parametrize("wa_id", magic_errors())
def test_every_magic_number_ends_in_its_code_and_comes_in_one_way(wa_id: str) -> None:
    magic = Magic()

    found = [fault.problem.code for fault in (magic.refusal(wa_id), magic.failure(wa_id, "text")) if fault]

    assert found == [int(wa_id[5:])]


def test_the_first_ten_thousand_made_up_numbers_are_ordinary() -> None:
    """Load generators and examples count upwards from 15550000001."""
    magic = Magic()

    assert [number for number in range(10_000) if magic.knows(f"1555{number:07d}")] == []
