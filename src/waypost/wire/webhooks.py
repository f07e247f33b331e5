"""Bodies that set where events go.

# spec: cloud-api.md#13.3, on-premises-api.md#10
"""

from msgspec import Struct, field


class Configuration(Struct, omit_defaults=True):
    """360dialog's: the URL, and headers that every call carries."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)


class WebhookConfiguration(Struct):
    """Meta's override for one number; an empty URL removes it."""

    override_callback_uri: str
    verify_token: str = ""


class Override(Struct):
    """The body of Meta's call."""

    webhook_configuration: WebhookConfiguration
