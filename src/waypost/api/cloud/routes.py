"""The paths of the Cloud faces: with the number and version in the path (Meta), or in the key (360dialog)."""

from waypost.api.cloud.media import Media
from waypost.api.cloud.messages import Messages
from waypost.api.cloud.webhooks import Webhooks
from waypost.api.routing import Answer, Handler, Request, Route


def meta_routes(messages: Messages, media: Media, webhooks: Webhooks) -> list[Route]:
    """Return Meta's routes; the version is taken off before they are looked at.

    # spec: cloud-api.md#1.1
    """
    return [
        Route("POST", "/{phone_number_id}/messages", messages.post, "meta.send"),
        Route("POST", "/{phone_number_id}/media", media.upload, "meta.upload"),
        Route("GET", "/whatsapp_business/attachments", media.download, "meta.download"),
        Route("GET", "/{id}", _look_up(media, webhooks), "meta.look_up"),
        Route("POST", "/{id}", webhooks.post_number, "meta.set_number"),
        Route("DELETE", "/{id}", media.delete, "meta.delete"),
    ]


def proxy_routes(messages: Messages, media: Media, webhooks: Webhooks) -> list[Route]:
    """Return 360dialog's routes. `/message` is a misprint of its pages that clients have copied.

    # spec: cloud-api.md#1.2, seed-media-messages.txt
    """
    return [
        Route("POST", "/messages", messages.post, "proxy.send"),
        Route("POST", "/message", messages.post, "proxy.send_alias"),
        Route("POST", "/media", media.upload, "proxy.upload"),
        Route("GET", "/whatsapp_business/attachments", media.download, "proxy.download"),
        Route("GET", "/v1/configs/webhook", webhooks.get_configuration, "proxy.get_webhook"),
        Route("POST", "/v1/configs/webhook", webhooks.post_configuration, "proxy.set_webhook"),
        Route("GET", "/{id}", media.get, "proxy.look_up"),
        Route("DELETE", "/{id}", media.delete, "proxy.delete"),
    ]


def _look_up(media: Media, webhooks: Webhooks) -> Handler:
    """Return what answers `GET /{id}`: on the graph numbers and media share one name space."""

    async def look_up(request: Request) -> Answer:
        """Look a number or a medium up."""
        return await (webhooks.get_number(request) if webhooks.is_number(request) else media.get(request))

    return look_up
