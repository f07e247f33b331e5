"""The short-lived URLs under which media are downloaded: made in look-ups and webhooks, checked at the download.

# spec: cloud-api.md#6.2, cloud-api.md#8
"""

from collections.abc import Mapping
from datetime import timedelta

from waypost.lib import signing
from waypost.lib.clock import Clock
from waypost.model import Medium

URL_LIFE = timedelta(minutes=5)
PATH = "/whatsapp_business/attachments/"

_LIFE_SECONDS = int(URL_LIFE.total_seconds())


class MediaURLs:
    """Makes and checks URLs; the credential is needed at the download all the same."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self._secret = secret
        self._clock = clock
        self.base_url = ""
        """Where this server is reached; used in webhooks, which no request tells it."""

    def url(self, medium: Medium, base_url: str | None = None) -> str:
        """Return a URL that works for five minutes of platform time."""
        ext = self._clock.now_ms() // 1000 + _LIFE_SECONDS
        query = signing.sign_url_params(self._secret, mid=str(medium.key), ext=ext)
        return f"{self.base_url if base_url is None else base_url}{PATH}?{query}"

    def webhook_url(self, medium: Medium) -> str:
        """Return such a URL as webhooks show it.

        # spec: samples/cloud/hook_in_image.json
        """
        return self.url(medium).replace("&ext=", "&source=webhook&ext=", 1)

    def media_id(self, query: Mapping[str, str]) -> str | None:
        """Return the id in the query of a URL of ours that is neither altered nor expired."""
        mid = query.get("mid", "")
        valid = signing.verify_url_params(
            [self._secret],
            mid=mid,
            ext=query.get("ext", ""),
            url_hash=query.get("hash", ""),
            now=self._clock.now_ms() // 1000,
        )
        return mid if valid else None
