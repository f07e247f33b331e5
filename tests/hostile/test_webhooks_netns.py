"""The corpus of hostile links as webhook URLs, against a whole server where every address on earth answers."""

import pytest
from tests.hostile.link_corpus import DENIED_HOSTS, DENIED_NAMES, PUBLIC_V4, REFUSED_BY_FORM
from tests.hostile.netns_links import TARGETS
from tests.support.namespaces import Report, run_in_namespace

SLOWEST = 4.0  # seconds that a denial may take on a busy machine; where nobody answers, dialling takes longer
REMOVES = "S32"  # an empty override takes the webhook away: it is no URL at all

pytestmark = pytest.mark.netns


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Run the whole corpus once."""
    return run_in_namespace("tests.hostile.netns_webhooks", tmp_path_factory.mktemp("webhooks") / "report.json")


@pytest.mark.parametrize("entry", ["override", "configuration"])
def test_no_webhook_of_the_corpus_is_reached(report: Report, entry: str) -> None:
    reached = {case: outcome["reached"] for case, outcome in report[entry].items()}

    assert reached == {case: [] for case in TARGETS}


def test_no_webhook_of_the_corpus_is_reached_through_a_redirect(report: Report) -> None:
    reached = {address for outcome in report["redirected"].values() for address in outcome["reached"]}
    statuses = {report["redirected"][case]["attempt"]["status"] for case in (*DENIED_HOSTS, *DENIED_NAMES)}

    assert (reached, statuses, report["redirected"].keys()) == ({PUBLIC_V4}, {302}, TARGETS.keys())


def test_the_challenge_refuses_them_all(report: Report) -> None:
    said = {case: outcome["http"] for case, outcome in report["override"].items()}

    assert said == {**dict.fromkeys(TARGETS, 400), REMOVES: 200}


def test_every_denial_of_the_challenge_has_the_same_words(report: Report) -> None:
    said = {
        report["override"][case]["said"]["error"]["error_data"]["details"] for case in (*DENIED_HOSTS, *DENIED_NAMES)
    }

    assert said == {"The webhook did not answer the verification request: address not allowed."}


def test_without_a_challenge_the_form_is_refused_and_nothing_else_is_dialled(report: Report) -> None:
    outcomes = report["configuration"]

    assert {outcomes[case]["http"] for case in REFUSED_BY_FORM} == {400}
    assert {outcomes[case]["http"] for case in (*DENIED_HOSTS, *DENIED_NAMES)} == {200}
    answers = {outcomes[case]["attempt"]["answer"]["text"] for case in (*DENIED_HOSTS, *DENIED_NAMES)}
    assert answers == {"address not allowed"}


@pytest.mark.parametrize("entry", ["override", "configuration"])
def test_a_denial_is_quick(report: Report, entry: str) -> None:
    slow = {case for case, outcome in report[entry].items() if outcome["seconds"] > SLOWEST}

    assert slow == set()


def test_a_public_webhook_is_reached(report: Report) -> None:
    """The first control: what is allowed gets through, so that silence above means denial."""
    reached = {entry: set(outcome["reached"]) for entry, outcome in report["allowed"].items()}

    assert reached == {"override": {PUBLIC_V4}, "own": {PUBLIC_V4}}


def test_with_every_address_allowed_they_are_reached(report: Report) -> None:
    """The second control: the harness sees a leak."""
    leaked = {address for outcome in report["unguarded"].values() for address in outcome["reached"]} - {PUBLIC_V4}

    assert len(leaked) > 30
