"""The paths of the Cloud faces: with the number and version in the path (Meta), or in the key (360dialog)."""

from waypost.api.cloud.media import Media
from waypost.api.cloud.messages import Messages
from waypost.api.cloud.webhooks import Webhooks
from waypost.api.routing import Route


def meta_routes(messages: Messages, media: Media, webhooks: Webhooks) -> list[Route]:
    """Return Meta's routes; the version is taken off before they are looked at.

    # spec: cloud-api.md#1.1
    """
    return [
        Route("POST", "/{phone_number_id}/messages", messages.post, "meta.send"),
        Route("POST", "/{phone_number_id}/media", media.upload, "meta.upload"),
        Route("GET", "/whatsapp_business/attachments", media.download, "meta.download"),
        Route("GET", "/{media_id}", webhooks.get_object(media), "meta.look_up"),
        Route("POST", "/{phone_number_id}", webhooks.post_number, "meta.set_number"),
        Route("DELETE", "/{media_id}", media.delete, "meta.delete"),
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
        Route("GET", "/{media_id}", media.get, "proxy.look_up"),
        Route("DELETE", "/{media_id}", media.delete, "proxy.delete"),
    ]
