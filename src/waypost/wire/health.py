"""Health: which of number, template, account, business and app can send, and why not.

# spec: cloud-api.md#13.10
"""

from typing import Literal

from msgspec import Struct

from waypost.errors import Problem

Word = Literal["AVAILABLE", "LIMITED", "BLOCKED"]
_WORST_FIRST: tuple[Word, ...] = ("BLOCKED", "LIMITED", "AVAILABLE")


class HealthError(Struct, frozen=True):
    """Why something is blocked."""

    error_code: int
    error_description: str
    possible_solution: str


TEMPLATE_NOT_APPROVED = HealthError(
    141002, "Only approved templates can be sent.", "Wait for the template's approval, or use another template."
)
"""Why a template is blocked; this code is in no other answer.

# spec: error-codes.tsv
"""


class Entity(Struct, omit_defaults=True):
    """One of those that must be well for a message to go out."""

    entity_type: Literal["PHONE_NUMBER", "MESSAGE_TEMPLATE", "WABA", "BUSINESS", "APP"]
    id: str
    can_send_message: Word
    additional_info: list[str] = []
    errors: list[HealthError] = []


class Health(Struct):
    """The worst of the entities, and each of them.

    # spec: samples/cloud/mgmt_resp_health_status.json
    """

    can_send_message: Word
    entities: list[Entity]


def health_of(entities: list[Entity]) -> Health:
    """Return the health that these entities add up to."""
    words = {entity.can_send_message for entity in entities}
    return Health(next(word for word in _WORST_FIRST if word in words), entities)


def blocked(problem: Problem) -> list[HealthError]:
    """Return the errors of something that a problem blocks."""
    return [HealthError(problem.code, problem.title, problem.fix)]
