"""Every error Waypost can answer with or report: its sentence, its code in each dialect, its HTTP status.

`Problem` is an entry of the list, `Fault` a problem that happened (with details for the caller), and `Refusal`
the exception that carries a fault to the edge, where the face renders it in the caller's dialect.
The list is kept by topic, one file each; a new file is named in `_TOPICS`.

# spec: error-codes.tsv, error-codes-onprem.tsv, migration.md#8.3
"""

from waypost.errors import callers, clients, interactive, management, outcomes, rates, requests, templates
from waypost.errors.base import Fault, Problem, Refusal

__all__ = ["Fault", "Problem", "Refusal", "all_problems"]

_TOPICS = (callers, requests, templates, rates, outcomes, management, interactive, clients)


def all_problems() -> dict[str, Problem]:
    """Return every problem by its name, in the order of the topics."""
    return {value.name: value for topic in _TOPICS for value in vars(topic).values() if isinstance(value, Problem)}
