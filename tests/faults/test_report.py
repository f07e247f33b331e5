"""The page about faults is in step with the matrix and the results, and the matrix with the tests."""

import re
from pathlib import Path

import pytest
from tests.faults.invariants import INVARIANTS
from tests.faults.report import PAGE, Fault, matrix, page
from tests.faults.tier import ROOT, Tier, results

_FAULTS = matrix().faults


def names_in(file: Path) -> set[str]:
    """Return the tests of a file."""
    return set(re.findall(r"^ *(?:async )?def (test_\w+)", file.read_text("utf-8"), re.MULTILINE))


def test_the_page_says_what_the_matrix_and_the_results_say(tier: Tier) -> None:
    if tier.full:
        pytest.skip("`make faults` writes the page once everything is played")
    assert PAGE.read_text("utf-8") == page(results()), "run `make docs`"


@pytest.mark.parametrize("fault", _FAULTS, ids=[fault.name for fault in _FAULTS])
def test_every_test_and_every_promise_of_the_matrix_is_there(fault: Fault) -> None:
    missing = [
        test
        for test in fault.tests
        if test.partition("::")[2].partition("[")[0] not in names_in(ROOT / "tests" / test.partition("::")[0])
    ]

    assert missing == []
    assert set(fault.holds) <= set(INVARIANTS)
    assert fault.tests or fault.lacks, "a fault that nothing tries says so"
