from typing import Any

import pytest
from tests.unit.api.onprem.face import JSON_TYPE, KEY, META, NUMBER, OTHER_KEY, bearer, errors, open_face

from waypost.model import OnPremSettings, Provider, Webhook

pytestmark = pytest.mark.anyio

PATH = "/v1/settings/application"
PROVIDERS = "/v1/settings/application/media/providers"
CALLBACK = "https://crm.example.com/wa/callback"

# spec: samples/onprem/055-settings-application-get-response.json
SHOWN: dict[str, Any] = {
    "callback_backoff_delay_ms": 3000,
    "callback_persist": True,
    "garbagecollector_enable": {"media": False, "messages": True},
    "heartbeat_interval": 5,
    "max_callback_backoff_delay_ms": 900000,
    "media": {"auto_download": ["image", "document", "audio", "voice", "video", "sticker"]},
    "notify_user_change_number": True,
    "show_security_notifications": False,
    "unhealthy_interval": 30,
    "wa_id": "15550100900",
    "webhooks": {
        "url": "",
        "max_concurrent_requests": 6,
        "message": {"sent": False, "delivered": True, "read": True},
    },
    "log_level": "info",
    "verbose_logging": False,
}


def shown(application: object) -> object:
    return {"settings": {"application": application}, "meta": META}


async def test_settings_that_were_never_set_are_the_defaults() -> None:
    face = await open_face()

    answer = await face.logged_in("GET", PATH)

    assert (answer.status, answer.json) == (200, shown(SHOWN))


async def test_what_a_client_sets_takes_effect_and_is_shown() -> None:
    face = await open_face()

    # spec: samples/onprem/054-settings-application-patch.json
    answer = await face.logged_in(
        "PATCH",
        PATH,
        {
            "callback_persist": True,
            "callback_backoff_delay_ms": "5000",
            "max_callback_backoff_delay_ms": 600000,
            "media": {"auto_download": ["image", "voice", "image"]},
            "webhooks": {
                "url": CALLBACK,
                "max_concurrent_requests": 12,
                "message": {"sent": True, "delivered": False, "read": None},
            },
        },
    )
    later = await face.logged_in("GET", PATH)

    number = face.number()
    assert (answer.status, answer.json) == (200, {"meta": META})
    assert (number.webhook, number.callback_dialect) == (Webhook(CALLBACK), "onprem")
    assert number.onprem == OnPremSettings(
        backoff_step_ms=5000,
        backoff_max_ms=600000,
        max_concurrent_requests=12,
        sent=True,
        delivered=False,
        read=True,
        auto_download=("image", "voice"),
    )
    assert later.json == shown(
        {
            **SHOWN,
            "callback_backoff_delay_ms": 5000,
            "max_callback_backoff_delay_ms": 600000,
            "media": {"auto_download": ["image", "voice"]},
            "webhooks": {
                "url": CALLBACK,
                "max_concurrent_requests": 12,
                "message": {"sent": True, "delivered": False, "read": True},
            },
        }
    )


async def test_a_field_that_is_not_given_stays() -> None:
    face = await open_face()
    await face.logged_in("PATCH", PATH, {"garbagecollector_enable": {"media": True}, "sent_status": True})

    await face.logged_in("PATCH", PATH, {"heartbeat_interval": "7", "webhooks": {"message": {"read": False}}})

    answer = await face.logged_in("GET", PATH)
    message = {"sent": True, "delivered": True, "read": False}
    assert answer.json == shown(
        {
            **SHOWN,
            "garbagecollector_enable": {"media": True, "messages": True},
            "heartbeat_interval": 7,
            "webhooks": {"url": "", "max_concurrent_requests": 6, "message": message},
        }
    )


async def test_a_client_may_send_back_what_it_was_shown() -> None:
    face = await open_face()
    await face.logged_in("PATCH", PATH, {"webhooks": {"url": CALLBACK}, "log_level": "debug"})
    before = await face.logged_in("GET", PATH)

    answer = await face.logged_in("PATCH", PATH, before.json["settings"]["application"])

    after = await face.logged_in("GET", PATH)
    assert answer.status == 200
    assert after.json == before.json


async def test_the_newer_switch_for_sent_wins_over_the_old_one() -> None:
    face = await open_face()

    await face.logged_in("PATCH", PATH, {"sent_status": True, "webhooks": {"message": {"sent": False}}})

    assert face.number().onprem.sent is False


async def test_pass_through_cannot_be_switched_on() -> None:
    face = await open_face()

    await face.logged_in("PATCH", PATH, {"pass_through": True})

    answer = await face.logged_in("GET", PATH)
    assert answer.json == shown({**SHOWN, "pass_through": False})


async def test_without_a_url_the_form_of_the_callbacks_stays() -> None:
    face = await open_face()

    await face.logged_in("PATCH", PATH, {"webhooks": {"max_concurrent_requests": "18"}})

    assert (face.number().callback_dialect, face.number().onprem.max_concurrent_requests) == ("cloud", 18)


async def test_the_same_url_again_keeps_the_headers_and_the_trust_of_the_webhook() -> None:
    face = await open_face()
    webhook = Webhook("http://127.0.0.1:9000/hook", (("x-key", "1"),), trusted=True)
    await face.change_number(webhook=webhook)

    answer = await face.logged_in("PATCH", PATH, {"webhooks": {"url": webhook.url}})

    assert (answer.status, face.number().webhook, face.number().callback_dialect) == (200, webhook, "onprem")


async def test_an_empty_url_removes_the_webhook() -> None:
    face = await open_face()
    await face.logged_in("PATCH", PATH, {"webhooks": {"url": CALLBACK}})

    await face.logged_in("PATCH", PATH, {"webhooks": {"url": ""}})

    assert (face.number().webhook, face.number().callback_dialect) == (None, "onprem")


async def test_settings_go_back_to_the_defaults() -> None:
    face = await open_face()
    await face.logged_in("PATCH", PATH, {"webhooks": {"url": CALLBACK}, "sent_status": True, "log_level": "debug"})

    answer = await face.logged_in("DELETE", PATH)

    later = await face.logged_in("GET", PATH)
    assert (answer.status, answer.json) == (200, {"meta": META})
    assert later.json == shown(SHOWN)


@pytest.mark.parametrize(
    ("body", "code", "details"),
    [
        ({"wa_id_length": 12}, 1010, "Unexpected key 'wa_id_length'; leave it out."),
        ({"webhooks": {"uri": ""}}, 1010, "Unexpected key 'uri' in 'webhooks'; leave it out."),
        ({"callback_persist": "yes"}, 1009, "Parameter 'callback_persist' must be true or false; it is \"yes\"."),
        (
            {"callback_backoff_delay_ms": 0},
            1009,
            "Parameter 'callback_backoff_delay_ms' is 0; it must be a whole number from 1 to 86400000.",
        ),
        (
            {"callback_backoff_delay_ms": "-3"},
            1009,
            "Parameter 'callback_backoff_delay_ms' is \"-3\"; it must be a whole number from 1 to 86400000.",
        ),
        (
            {"max_callback_backoff_delay_ms": "٣"},
            1009,
            "Parameter 'max_callback_backoff_delay_ms' is \"٣\"; it must be a whole number from 1 to 86400000.",
        ),
        (
            {"webhooks": {"max_concurrent_requests": 7}},
            1009,
            "Parameter 'webhooks.max_concurrent_requests' is 7; it can be 6, 12, 18 or 24.",
        ),
        (
            {"media": {"auto_download": ["gif"]}},
            1009,
            "Parameter 'media.auto_download' holds \"gif\"; the types are image, document, audio, voice, video, "
            "sticker.",
        ),
        ({"wa_id": "15550100901"}, 1009, "Parameter 'wa_id' cannot be set; it is 15550100900. Leave it out."),
        ([], 1025, "The body must be an object; it is []."),
    ],
)
async def test_a_wrong_setting_is_named_and_nothing_is_changed(body: object, code: int, details: str) -> None:
    face = await open_face()
    before = face.number()

    answer = await face.logged_in("PATCH", PATH, body)

    (error,) = answer.json["errors"]
    assert (answer.status, error["code"], error["details"]) == (400, code, details)
    assert face.number() == before


@pytest.mark.parametrize("url", ["ftp://crm.example.com/", "crm.example.com", "https://user:pw@crm.example.com/", " "])
async def test_a_url_that_cannot_be_called_changes_nothing(url: str) -> None:
    face = await open_face()
    before = face.number()

    answer = await face.logged_in("PATCH", PATH, {"sent_status": True, "webhooks": {"url": url}})

    assert (answer.status, answer.json["errors"][0]["code"]) == (400, 1009)
    assert face.number() == before


# spec: samples/onprem/051-media-providers-basic.json, 052-media-providers-bearer.json
BASIC = {"name": "assets-basic", "type": "www", "config": {"basic": {"username": "waypost", "password": "s3cret-Pw"}}}
BEARER = {"name": "assets-bearer", "type": "www", "config": {"bearer": "tok_0123456789"}}


async def test_providers_are_set_one_by_one_and_shown() -> None:
    face = await open_face()

    first = await face.logged_in("POST", PROVIDERS, [BASIC])
    second = await face.with_key("POST", PROVIDERS, [BEARER])

    answer = await face.with_key("GET", PROVIDERS)
    assert [(each.status, each.json) for each in (first, second)] == [(200, {"meta": META})] * 2
    assert answer.json == shown({"media": {"providers": [BASIC, BEARER]}})


async def test_a_provider_of_the_same_name_is_overwritten() -> None:
    face = await open_face()
    await face.logged_in("POST", PROVIDERS, [BASIC])

    await face.logged_in("POST", PROVIDERS, [{**BEARER, "name": "assets-basic"}])

    expected = Provider("assets-basic", bearer="tok_0123456789")
    assert face.records.providers == {(NUMBER, "assets-basic"): expected}


async def test_a_deleted_provider_is_unknown() -> None:
    face = await open_face()
    await face.logged_in("POST", PROVIDERS, [BASIC])

    first = await face.logged_in("DELETE", f"{PROVIDERS}/assets-basic")
    second = await face.logged_in("DELETE", f"{PROVIDERS}/assets-basic")

    details = "There is no media provider 'assets-basic'."
    assert (first.status, first.json) == (200, {"meta": META})
    assert (second.status, second.json) == (404, errors(1006, "Resource not found", details))


async def test_providers_of_another_number_do_not_show() -> None:
    face = await open_face()
    await face.logged_in("POST", PROVIDERS, [BASIC])

    shown_to_other = await face.call("GET", PROVIDERS, bearer(OTHER_KEY))
    deleted = await face.call("DELETE", f"{PROVIDERS}/assets-basic", bearer(OTHER_KEY))

    assert shown_to_other.json == shown({"media": {"providers": []}})
    assert deleted.status == 404


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ([], 1009),
        ([BASIC, BEARER], 1009),
        (BASIC, 1025),
        ([{**BASIC, "name": ""}], 1009),
        ([{**BASIC, "name": "a b"}], 1009),
        ([{**BASIC, "name": "a/b"}], 1009),
        ([{**BASIC, "name": "n" * 201}], 1009),
        ([{**BASIC, "type": "ftp"}], 1009),
        ([{**BASIC, "extra": 1}], 1010),
        ([{"name": "a", "type": "www"}], 1008),
        ([{**BASIC, "config": {}}], 1008),
        ([{**BASIC, "config": {"basic": {"username": "u"}}}], 1008),
        ([{**BASIC, "config": {"basic": {"username": "u:v", "password": "p"}}}], 1009),
        ([{**BASIC, "config": {"bearer": "tok\r\nHost: evil"}}], 1009),
        ([{**BASIC, "config": {"bearer": ""}}], 1008),
        ([{**BASIC, "config": {"basic": {"username": "u", "password": "p"}, "bearer": "t"}}], 1009),
    ],
)
async def test_a_provider_that_cannot_be_used_is_refused(body: object, code: int) -> None:
    face = await open_face()

    answer = await face.logged_in("POST", PROVIDERS, body)

    assert (answer.status, answer.json["errors"][0]["code"]) == (400, code)
    assert face.records.providers == {}


async def test_a_setting_without_a_json_content_type_is_refused() -> None:
    face = await open_face()

    answer = await face.call("PATCH", PATH, bearer(KEY), ("Content-Type", "text/plain"), body=b"{}")

    assert (answer.status, answer.json["errors"][0]["code"]) == (400, 1025)
    assert JSON_TYPE[1] in answer.json["errors"][0]["details"]
