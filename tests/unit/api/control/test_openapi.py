"""The OpenAPI document is whole and made of what is served."""

import json
import re
from typing import Any

import pytest
from tools.gen_routes import faces

from waypost.api.openapi import document

DOCUMENT: dict[str, Any] = json.loads(json.dumps(document(faces())))
OPERATIONS = [
    (f"{method.upper()} {path}", operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]


def test_every_reference_leads_to_a_schema() -> None:
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(DOCUMENT)))

    assert named - set(DOCUMENT["components"]["schemas"]) == set()


def test_no_two_operations_have_one_id() -> None:
    ids = [operation["operationId"] for _, operation in OPERATIONS]

    assert sorted(ids) == sorted(set(ids))


def test_no_two_paths_differ_only_in_the_names_of_their_variables() -> None:
    shapes = [re.sub(r"\{[^}]+\}", "{}", path) for path in DOCUMENT["paths"]]

    assert sorted(shapes) == sorted(set(shapes))


@pytest.mark.parametrize(("name", "operation"), OPERATIONS)
def test_every_operation_says_what_it_is_for_and_who_may_use_it(name: str, operation: dict[str, Any]) -> None:
    wanted = re.findall(r"\{([^}]+)\}", name)

    assert operation["summary"]
    assert {next(iter(one)) for one in operation["security"]} <= set(DOCUMENT["components"]["securitySchemes"])
    parameters = operation.get("parameters", [])
    assert [parameter["name"] for parameter in parameters if parameter["in"] == "path"] == wanted


def test_every_path_that_sends_takes_a_key() -> None:
    keyed = [
        name
        for name, operation in OPERATIONS
        if "Idempotency-Key" in [parameter["name"] for parameter in operation.get("parameters", [])]
    ]

    assert sorted(keyed) == [
        "POST /marketing_messages", "POST /message", "POST /messages", "POST /v1/message", "POST /v1/messages",
        "POST /{version}/{phone_number_id}/marketing_messages", "POST /{version}/{phone_number_id}/messages",
    ]  # fmt: skip


def test_the_control_api_is_described_with_its_bodies() -> None:
    operation = DOCUMENT["paths"]["/_waypost/v1/clock"]["put"]

    asked = operation["requestBody"]["content"]["application/json"]["schema"]
    given = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert (asked["$ref"], given["$ref"]) == ("#/components/schemas/ClockChange", "#/components/schemas/ClockView")
    assert set(DOCUMENT["components"]["schemas"]["ClockChange"]["properties"]) == {"frozen", "now", "advance_seconds"}
    assert operation["security"] == [{"admin": []}, {"session": []}]
