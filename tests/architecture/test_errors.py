"""Every code of the platform is in the list of errors, or out of scope for a reason."""

import re

from tools.gen_errors import produced, read_scope
from tools.gen_reference import PAGES, REFERENCE

from waypost.errors import all_problems

CLOUD = {
    0, 3, 10, 190, 200, 104, 4, 613, 80007, 80008, 130429, 131048, 131056, 131064, 133016, 368, 130497, 131031, 1, 2,
    33, 100, 130403, 130472, 131000, 131005, 131008, 131009, 131014, 131016, 131021, 131026, 131030, 131037, 131042,
    131043, 131044, 131045, 131047, 131049, 131050, 131051, 131052, 131053, 131055, 131057, 131060, 131062, 131063,
    132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132018, 132068, 132069, 133000, 133004, 133005,
    133006, 133008, 133009, 133010, 133015, 134011, 134100, 134101, 134102, 135000, 136025, 137000, 1026, 141002,
    141006, 138024, 138025, 139100, 139101, 139102, 139103, 139000, 139001, 139002, 139003, 139004, 138000, 138001,
    138002, 138003, 138004, 138005, 138006, 138007, 138009, 138012, 138013, 138018, 131020, 131041, 131059, 131201,
    131202, 131204, 131207, 131208, 131209, 131210, 131211, 131212, 131213, 131214, 131215, 2388019, 2388023, 2388024,
    2388039, 2388040, 2388046, 2388047, 2388060, 2388072, 2388073, 2388293, 2388299, 200002, 200005, 200006, 200007,
    2388001, 2388012, 2388091, 2388093, 2388103, 2494100, 2593079, 2593085, 2593107, 2593108, 1752041, 147001, 147002,
    147003, 147004, 147005, 803,
}  # fmt: skip
"""Codes of the Cloud API; 200 stands for 200 to 299.

# spec: error-codes.tsv
"""

ONPREM = {
    400, 402, 408, 410, 429, 430, 432, 433, 470, 471, 472, 480, 500, 501, 1000, 1001, 1002, 1004, 1005, 1006, 1007,
    1008, 1009, 1010, 1011, 1013, 1014, 1015, 1016, 1017, 1018, 1021, 1022, 1023, 1024, 1025, 1026, 1028, 1031, 2000,
    2001, 2002, 2003, 2004, 2005, 2006, 2007, 2008, 2009, 2010, 2011, 2012, 2013, 2014, 2015, 2016, 2017, 2023, 2024,
    2025, 2026, 2027, 2028, 2029, 2030, 2036, 2050, 2060, 2061, 2062, 2064, 2068, 2069,
}  # fmt: skip
"""Codes of the On-Premises API.

# spec: error-codes-onprem.tsv
"""

DIALOG360 = {
    "Your WhatsApp for Business API has been disabled",
    "You have exceeded the endpoint rate limit.",
    "You have exceeded the limit of 1 request every * seconds. Try again later.",
    "Could not send message due to lack of payment.",
    "Invalid api_key",
    "The endpoint is blocked",
    "This URL *** is blocked",
    "Internal server error",
    "WhatsApp for Business API not available",
}
"""What 360dialog's hosts say in bodies of their own."""


def test_every_cloud_code_is_in_the_list_or_out_of_scope_and_not_both() -> None:
    known = {problem.code for problem in all_problems().values()}
    known |= {problem.subcode for problem in all_problems().values() if problem.subcode}
    scope = read_scope().cloud

    assert CLOUD - known - scope.keys() == set()
    assert known & scope.keys() == set()
    assert scope.keys() - CLOUD == set()


def test_every_on_premises_code_is_in_the_list() -> None:
    known = {code for problem in all_problems().values() for code in (problem.onprem_code, problem.callback[0])}

    assert ONPREM - known == set()
    assert known - ONPREM == set()


def test_every_body_of_360dialog_is_in_the_list_or_out_of_scope() -> None:
    known = {
        says for problem in all_problems().values() for says in (problem.proxy_message, problem.onprem_proxy_message)
    }

    assert DIALOG360 - known - read_scope().dialog360.keys() == set()


def test_every_problem_says_when_it_happens_and_what_to_do() -> None:
    silent = [name for name, problem in all_problems().items() if not problem.rule or not problem.fix]

    assert silent == []


def test_every_problem_that_comes_by_itself_says_how_to_get_it() -> None:
    silent = [name for name in produced() if not all_problems()[name].trigger]

    assert sorted(silent) == []


def test_no_page_is_left_of_a_code_that_is_gone() -> None:
    pages = {f"errors/{path.name}" for path in (REFERENCE / "errors").glob("*.md")}

    assert pages == {name for name in PAGES if re.match("errors/", name)}
