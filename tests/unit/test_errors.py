"""The list of errors: its names, its codes in both dialects, and how one is found by a code."""

from collections import Counter

import pytest

from waypost import errors
from waypost.errors import Fault, Problem, all_problems, by_constant, find_problem
from waypost.errors.outcomes import WINDOW_CLOSED
from waypost.wire.control.messages import fault_view

DELIBERATE = {
    (4, None, 1015, 1015): "the platform's limit of calls, and ours of logins",
    (10, None, 1005, 1005): "what a key, a token and an app may not do",
    (100, None, 1008, 1008): "nothing in a parameter, and no source of a medium",
    (100, None, 1009, 1009): "one code for whatever is wrong with a value",
    (100, None, 1025, 1025): "one code for whatever is wrong with a request",
    (131000, None, 1000, 500): "the platform's fault, and that of 360dialog's host",
    (131009, None, 1009, 1009): "a value, and the message that a reaction is about",
    (131042, None, 402, 402): "Meta's bill, and 360dialog's",
    (131031, None, 1031, 1031): "locked by Meta, and switched off by 360dialog",
}
"""Codes that several problems share in both dialects, and why."""


def test_no_two_problems_have_one_name() -> None:
    constants = by_constant()

    names = [value.name for topic in errors._TOPICS for value in vars(topic).values() if isinstance(value, Problem)]

    assert [name for name, count in Counter(names).items() if count > 1] == []
    assert len(constants) == len(all_problems()) == len(names)


def test_problems_share_their_codes_on_purpose_only() -> None:
    shared = Counter((p.code, p.subcode, p.onprem_code, p.callback[0]) for p in all_problems().values())

    # Several of the codes without a counterpart are told apart by the Cloud code in their details.
    assert {codes for codes, count in shared.items() if count > 1} <= DELIBERATE.keys()


@pytest.mark.parametrize("code", sorted({problem.code for problem in all_problems().values()} - {100}))
def test_problems_that_share_a_cloud_code_share_its_status(code: int) -> None:
    """But for 100, which every wrong request has, and for our own under the platform's codes."""
    problems = [problem for problem in all_problems().values() if problem.code == code and not problem.borrowed]

    assert len({problem.http for problem in problems}) <= 1


# spec: migration.md#8.3
CLOUD_TO_ONPREM = [
    (0, 1005, 1005), (190, 1005, 1005), (3, 1005, 1005), (10, 1005, 1005), (200, 1005, 1005), (131005, 1005, 1005),
    (1, 1000, 500), (33, 1006, 1006), (4, 1015, 1015), (80007, 1015, 1015), (368, 1031, 1031), (131031, 1031, 1031),
    (130429, 1015, 429), (130472, 472, 472), (131000, 1000, 500), (131008, 1008, 1008), (131009, 1009, 1009),
    (131016, 1016, 1016), (131021, 1021, 1021), (131026, 470, 470), (131030, 1013, 1013), (131042, 402, 402),
    (131043, 410, 410), (131045, 430, 430), (131047, 470, 470), (131051, 1009, 501), (131052, 400, 400),
    (131053, 1014, 1014), (131056, 1015, 429), (131057, 1011, 1011), (132000, 2000, 2000), (132001, 2001, 2001),
    (132005, 2005, 2005), (132007, 2007, 2007), (132012, 2012, 2012), (132015, 2061, 2061), (132016, 2062, 2062),
    (132068, 2068, 2068), (132069, 2069, 2069), (133000, 1011, 1011), (133004, 1011, 1011), (133005, 1011, 1011),
    (133016, 1011, 1011), (135000, 1000, 500),
    (131037, 1000, 500), (131044, 1000, 500), (131055, 1000, 500), (134011, 1000, 500), (134100, 1000, 500),
    (136025, 1000, 500), (137000, 1028, 480), (131048, 471, 471), (131049, 471, 471), (131050, 471, 471),
]  # fmt: skip


@pytest.mark.parametrize(("cloud", "answer", "callback"), CLOUD_TO_ONPREM)
def test_a_cloud_code_has_its_counterpart_in_answers_and_in_callbacks(cloud: int, answer: int, callback: int) -> None:
    problem = find_problem(cloud)

    assert problem is not None
    assert (problem.code, problem.onprem_code, problem.callback[0]) == (cloud, answer, callback)


@pytest.mark.parametrize("code", [*range(2000, 2018), 2023, 2036, 2064])
def test_what_is_found_while_a_template_or_a_list_is_looked_at_is_a_bad_request(code: int) -> None:
    found = [problem.onprem_http for problem in all_problems().values() if problem.onprem_code == code]

    assert set(found) == {400}


def test_a_failed_message_is_shown_with_the_code_of_its_callback() -> None:
    shown = fault_view("something_went_wrong", "")

    assert (shown.code, shown.onprem_code) == (131000, 500)


# spec: migration.md#8.3
ONPREM_TO_CLOUD = [
    (400, 131052), (402, 131042), (408, 131043), (410, 131043), (429, 130429), (430, 131045), (432, 131045),
    (433, 131045), (470, 131047), (471, 131048), (472, 130472), (480, 137000), (500, 131000), (501, 131051),
    (1000, 131000), (1001, 100), (1002, 100), (1004, 100), (1005, 190), (1007, 131026), (1009, 100), (1010, 100),
    (1013, 131026), (1014, 131053), (1016, 131016), (1017, 131016), (1018, 131016), (1021, 131021), (1023, 131000),
    (1024, 190), (1025, 100), (1028, 137000), (1031, 131031), (2000, 132000), (2001, 132001), (2002, 131000),
    (2003, 132001), (2004, 132005), (2005, 132005), (2006, 132007), (2007, 132007), (2008, 132012), (2009, 132012),
    (2010, 132012), (2011, 132012), (2012, 132012), (2013, 132012), (2015, 131009), (2016, 131009), (2017, 131009),
    (2023, 131009), (2024, 131009), (2025, 131009), (2026, 131009), (2027, 131009), (2028, 131009), (2029, 131009),
    (2030, 131009), (2036, 131009), (2050, 131009), (2060, 132001), (2061, 132015), (2062, 132016), (2064, 131009),
    (2068, 132068), (2069, 132069),
]  # fmt: skip


@pytest.mark.parametrize(("onprem", "cloud"), ONPREM_TO_CLOUD)
def test_an_on_premises_code_has_its_cloud_code(onprem: int, cloud: int) -> None:
    problem = find_problem(onprem)

    assert problem is not None
    assert onprem in (problem.onprem_code, problem.callback[0])
    assert problem.code == cloud


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("window_closed", "window_closed"),
        ("131047", "window_closed"),
        (100, "invalid_parameter"),  # not the one with a subcode
        (4, "too_many_requests"),  # not the one of our own
        (1026, "app_too_old"),  # both dialects have it
        (2388024, "template_exists"),
        (1014, "media_failed"),
        ("no_such", None),
        ("\u0661", None),
        (-1, None),
        (99, None),
    ],
)
def test_a_problem_is_found_by_name_or_code(code: int | str, name: str | None) -> None:
    problem = find_problem(code)

    assert (problem.name if problem else None) == name


def test_a_code_that_only_the_cloud_has_is_told_in_the_details() -> None:
    problem = find_problem(131037)

    assert problem is not None
    assert problem.onprem_details("Wait.") == "cloud 131037: Wait."
    assert WINDOW_CLOSED.onprem_details("Wait.") == "Wait."


@pytest.mark.parametrize("code", [1, 2, 131000, 135000])
def test_a_general_error_needs_no_code_in_the_details(code: int) -> None:
    problem = find_problem(code)

    assert problem is not None
    assert problem.onprem_details("Wait.") == "Wait."


def test_what_was_demanded_says_by_whom_and_what_it_means() -> None:
    fault = Fault.demanded(WINDOW_CLOSED, "a fault rule")

    assert fault.details == f"Raised on purpose by a fault rule: {WINDOW_CLOSED.rule}"
