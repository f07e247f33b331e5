"""Lines of business: free text here, a word of a list in the one profile that every face shares.

# spec: on-premises-api.md#7.2, migration.md#9
"""

from typing import get_args

from waypost.wire.profile import Vertical

_LABELS = {
    "automotive": "AUTO",
    "beauty, spa and salon": "BEAUTY",
    "clothing and apparel": "APPAREL",
    "education": "EDU",
    "entertainment": "ENTERTAIN",
    "event planning and service": "EVENT_PLAN",
    "finance and banking": "FINANCE",
    "food and grocery": "GROCERY",
    "public service": "GOVT",
    "hotel and lodging": "HOTEL",
    "medical and health": "HEALTH",
    "non-profit": "NONPROFIT",
    "professional services": "PROF_SERVICES",
    "shopping and retail": "RETAIL",
    "travel and transportation": "TRAVEL",
    "restaurant": "RESTAURANT",
}


def word_of(text: str) -> str:
    """Return the word of the list that a text means; `OTHER` when none fits."""
    if text.upper() in get_args(Vertical):
        return text.upper()
    return _LABELS.get(text.strip().lower(), "OTHER")
