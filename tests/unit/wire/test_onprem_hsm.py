import json
from typing import Any

import pytest

from waypost.errors import Refusal
from waypost.wire import onprem
from waypost.wire.canonical import canonical_body
from waypost.wire.onprem.ttl import milliseconds

LANGUAGE = {"policy": "deterministic", "code": "en_US"}
PARAMS: list[dict[str, Any]] = [
    {"default": "Rosa"},
    {"default": "$10.00", "currency": {"currency_code": "USD", "amount_1000": 10000}},
    {"default": "2 May", "date_time": {"component": {"day_of_month": 2, "month": 5, "colour": "red"}}},
    {"default": "now", "date_time": {"unix_epoch": {"timestamp": 1714640400}}},
]


def hsm(**changes: Any) -> dict[str, Any]:
    return {"namespace": "n", "element_name": "parcel_update", "language": LANGUAGE, **changes}


def body(given: Any, **more: Any) -> bytes:
    return json.dumps({"to": "15550100142", "type": "hsm", "hsm": given, **more}).encode()


def test_an_hsm_becomes_a_template_with_one_body() -> None:
    request = onprem.parse_send(body(hsm(localizable_params=PARAMS)))

    assert json.loads(canonical_body(request))["template"] == {
        "name": "parcel_update",
        "language": {"policy": "deterministic", "code": "en_US"},
        "components": [
            {
                "type": "body",
                "parameters": [
                    {"type": "text", "text": "Rosa"},
                    {
                        "type": "currency",
                        "currency": {"code": "USD", "amount_1000": 10000, "fallback_value": "$10.00"},
                    },
                    {
                        "type": "date_time",
                        "date_time": {"day_of_month": 2, "month": 5, "fallback_value": "2 May"},
                    },
                    {"type": "date_time", "date_time": {"timestamp": 1714640400, "fallback_value": "now"}},
                ],
            }
        ],
    }


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (body(None), 1008),
        (body({}), 1008),
        (body(hsm(element_name="")), 1008),
        (body(hsm(language={"code": "en"})), 1008),
        (body(hsm(language={"policy": "any", "code": "en"})), 1009),
        (body(hsm(localizable_params=[{}])), 1008),
        (body(hsm(localizable_params=[{**PARAMS[1], **PARAMS[2]}])), 1010),
        (body(hsm(localizable_params=[{"default": "x", "date_time": {}}])), 1009),
        (body(hsm(), text={"body": "x"}), 1010),
        (body(hsm(), type="text"), 1010),
        (body([]), 1009),
        (body(hsm(), ttl="soon"), 1009),
        (body(hsm(), ttl=0), 1009),
    ],
)
def test_a_wrong_hsm_is_refused_with_the_code_of_what_is_wrong(raw: bytes, code: int) -> None:
    with pytest.raises(Refusal) as refused:
        onprem.parse_send(raw)

    assert refused.value.fault.problem.onprem_code == code


@pytest.mark.parametrize(
    ("wrong", "code", "path"),
    [
        ({"default": ""}, 1008, "default"),
        ({"date_time": {"component": {"day_of_week": 8}}}, 1009, "date_time.component.day_of_week"),
        ({"date_time": {"component": {"month": 0}}}, 1009, "date_time.component.month"),
        ({"date_time": {"component": {"hour": "late"}}}, 1009, "date_time.component.hour"),
        ({"date_time": {"component": {"calendar": "JULIAN"}}}, 1009, "date_time.component.calendar"),
    ],
)
def test_a_wrong_parameter_is_named_where_its_writer_has_put_it(wrong: dict[str, object], code: int, path: str) -> None:
    with pytest.raises(Refusal) as refused:
        onprem.parse_send(body(hsm(localizable_params=[{"default": "x", **wrong}])))

    assert refused.value.fault.problem.onprem_code == code
    assert f"Parameter 'hsm.localizable_params[0].{path}'" in refused.value.fault.details


@pytest.mark.parametrize(
    ("ttl", "seconds"),
    [("P1D", 86_400), ("86400", 86_400), (60, 60), ("PT90M", 5_400), ("P1DT2H3M4S", 93_784), ("p1w", 604_800)],
)
def test_a_time_to_live_is_a_duration_or_seconds(ttl: str | int, seconds: int) -> None:
    assert milliseconds(ttl) == 1000 * seconds


@pytest.mark.parametrize("ttl", ["", "P", "PT", "P1M", "-1", -1, 2_592_001, "P31D", "1e3", "P1D1D"])
def test_what_is_no_time_to_live_is_refused(ttl: str | int) -> None:
    with pytest.raises(Refusal):
        milliseconds(ttl)


def test_a_time_to_live_reaches_the_message() -> None:
    assert onprem.parse_send(body(hsm(), ttl="P1D")).ttl_ms == 86_400_000
