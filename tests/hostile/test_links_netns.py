"""The corpus of hostile links against real sockets, in a network namespace where every address on earth answers."""

import pytest
from tests.hostile.link_corpus import ALLOWED, DENIED_HOSTS, DENIED_NAMES, PUBLIC_V4, REFUSED_BY_FORM
from tests.hostile.netns_links import FETCHED, REFUSED, TARGETS
from tests.support.namespaces import Report, run_in_namespace

from waypost.lib.vetting import DENIED

SLOWEST = 4.0  # seconds that a denial may take on a busy machine; where nobody answers, dialling takes longer

pytestmark = pytest.mark.netns


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Run the whole corpus once."""
    return run_in_namespace("tests.hostile.netns_links", tmp_path_factory.mktemp("links") / "report.json")


def test_no_target_of_the_corpus_is_reached(report: Report) -> None:
    reached = {case: entry["reached"] for case, entry in report["direct"].items()}

    assert reached == {case: [] for case in TARGETS}


def test_no_target_of_the_corpus_is_reached_through_a_redirect(report: Report) -> None:
    reached = {address for entry in report["redirected"].values() for address in entry["reached"]}

    assert (reached, report["redirected"].keys()) == ({PUBLIC_V4}, TARGETS.keys())


def test_a_naive_client_reaches_them(report: Report) -> None:
    """The control: the harness sees a leak."""
    leaked = set(report["naive"]) - {PUBLIC_V4}

    assert len(leaked) > 30


def test_every_form_is_refused_and_every_address_denied_in_the_same_words(report: Report) -> None:
    said = {case: report["direct"][case]["said"] for case in (*REFUSED_BY_FORM, *DENIED_HOSTS, *DENIED_NAMES)}

    assert said == {
        **dict.fromkeys(REFUSED_BY_FORM, REFUSED),
        **dict.fromkeys(DENIED_HOSTS, DENIED),
        **dict.fromkeys(DENIED_NAMES, DENIED),
    }


def test_a_denial_is_quick(report: Report) -> None:
    slow = {case for case, entry in report["direct"].items() if entry["seconds"] > SLOWEST}

    assert slow == set()


def test_allowed_targets_are_fetched(report: Report) -> None:
    said = {case: (entry["said"], len(entry["reached"])) for case, entry in report["allowed"].items()}

    assert said == dict.fromkeys(ALLOWED, (FETCHED, 1))


def test_a_rebinding_name_is_looked_up_once_and_reached_where_it_was_vetted(report: Report) -> None:
    rebinding = report["rebinding"]

    assert (rebinding["said"], rebinding["reached"], report["lookups"]) == (FETCHED, [PUBLIC_V4], 1)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nobody.example", "names the host nobody.example, which was not found"),
        ("servfail.example", "names the host servfail.example, which could not be looked up"),
        ("loop.example", "names the host loop.example, which was not found"),
    ],
)
def test_a_name_without_addresses_is_not_found(report: Report, name: str, said: str) -> None:
    entry = report["odd names"][name]

    assert (entry["said"], entry["reached"], entry["seconds"] < 5) == (said, [], True)
