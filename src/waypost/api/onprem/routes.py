"""The paths of the On-Premises face; the number is in the credential, never in the path."""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from waypost.api.idempotency import HEADER
from waypost.api.onprem.media import Media
from waypost.api.onprem.messages import Messages
from waypost.api.onprem.settings import Providers, Settings
from waypost.api.onprem.users import Users
from waypost.api.routing import Route

_APPLICATION = "/v1/settings/application"
_PROVIDERS = "/v1/settings/application/media/providers"


class Topic(Protocol):
    """A group of handlers that brings its own routes."""

    def routes(self) -> list[Route]:
        """Return them."""
        ...


class Handlers(Struct, frozen=True):
    """Every group of handlers of the face."""

    users: Users
    messages: Messages
    media: Media
    settings: Settings
    providers: Providers
    topics: Sequence[Topic] = ()


def onprem_routes(face: Handlers) -> list[Route]:
    """Return the routes. `/v1/message` is a misprint of 360dialog's pages that clients have copied.

    # spec: on-premises-api.md#1.1, seed-media-messages.txt
    """
    return [
        *_user_routes(face.users),
        *_message_routes(face),
        *_settings_routes(face.settings, face.providers),
        *(route for topic in face.topics for route in topic.routes()),
    ]


def _user_routes(users: Users) -> list[Route]:
    return [
        Route("POST", "/v1/users/login", users.login, "onprem.login"),
        Route("POST", "/v1/users/logout", users.logout, "onprem.logout"),
        Route("POST", "/v1/users", users.add, "onprem.add_user"),
        Route("GET", "/v1/users/{username}", users.get, "onprem.get_user"),
        Route("PUT", "/v1/users/{username}", users.put, "onprem.set_user"),
        Route("DELETE", "/v1/users/{username}", users.delete, "onprem.delete_user"),
    ]


def _message_routes(face: Handlers) -> list[Route]:
    return [
        Route("POST", "/v1/messages", face.messages.post, "onprem.send", headers=HEADER),
        Route("POST", "/v1/message", face.messages.post, "onprem.send_alias", headers=HEADER),
        Route("PUT", "/v1/messages/{message_id}", face.messages.put, "onprem.mark_read"),
        Route("POST", "/v1/media", face.media.upload, "onprem.upload"),
        Route("GET", "/v1/media/{media_id}", face.media.get, "onprem.download"),
        Route("DELETE", "/v1/media/{media_id}", face.media.delete, "onprem.delete_media"),
    ]


def _settings_routes(settings: Settings, providers: Providers) -> list[Route]:
    return [
        Route("GET", _APPLICATION, settings.get, "onprem.get_settings"),
        Route("PATCH", _APPLICATION, settings.patch, "onprem.set_settings"),
        Route("DELETE", _APPLICATION, settings.delete, "onprem.reset_settings"),
        Route("GET", _PROVIDERS, providers.get, "onprem.get_providers"),
        Route("POST", _PROVIDERS, providers.post, "onprem.set_provider"),
        Route("DELETE", f"{_PROVIDERS}/{{provider}}", providers.delete, "onprem.delete_provider"),
    ]
