"""Admission: what cannot be taken is refused at once, with a time to come again, and nothing else is."""

import pytest

from waypost.errors import Problem, Refusal
from waypost.errors.rates import NO_SPACE, OVERLOADED
from waypost.flows.admission import Admission
from waypost.model import NumberId

NUMBER, OTHER = NumberId(15550009999), NumberId(15550008888)


def most(jitter_ceiling: int) -> int:
    return jitter_ceiling


def refusal_of(admission: Admission, number_id: NumberId) -> tuple[Problem, int | None]:
    with pytest.raises(Refusal) as refused:
        admission.check(number_id)
    return refused.value.fault.problem, refused.value.fault.retry_after_seconds


def test_as_many_as_may_are_stored_at_once_and_the_next_is_refused() -> None:
    admission = Admission(most_at_work=2, jitter=most)

    with admission, admission:
        refused = refusal_of(admission, NUMBER)

    assert refused == (OVERLOADED, 3)


def test_whoever_has_been_stored_makes_room_for_the_next() -> None:
    admission = Admission(most_at_work=1)

    with admission:
        pass

    admission.check(NUMBER)
    assert admission.at_work == 0


def test_a_message_that_could_not_be_stored_makes_room_too() -> None:
    admission = Admission(most_at_work=1)

    with pytest.raises(ValueError, match="disk"), admission:
        raise ValueError("disk")

    admission.check(NUMBER)


def test_a_number_with_a_full_outbox_is_refused_and_the_others_are_not() -> None:
    admission = Admission(lambda number_id: number_id == NUMBER, jitter=most)

    refused = refusal_of(admission, NUMBER)

    admission.check(OTHER)
    assert refused == (OVERLOADED, 3)


def test_the_last_of_the_disk_is_not_for_new_messages() -> None:
    admission = Admission(jitter=most)
    admission.disk_is_low = True

    refused = refusal_of(admission, NUMBER)

    assert refused == (NO_SPACE, 5)
