"""What strangers write, send and answer, on every page of the console: nothing of it runs, nothing is loaded."""

import base64
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.console.content import send
from tests.console.registry import PATHS, SMALL, Shown, come_to, used_again
from tests.support import media
from tests.support.browser import Browser, Page, Stuck, Trouble, Visit
from tests.support.operator import PHONE, Operator, operating
from tests.support.receiver import Answer, Receiver

pytestmark = pytest.mark.anyio

NOT_LOADED = "Failed to load resource"


@dataclass(frozen=True)
class Hostile:
    """A server that strangers have written to, and the server that would hear of it if anything ran."""

    shown: Shown
    canary: Receiver
    files: dict[str, str]
    """What was sent as a file, by its kind: the media ids."""

    @property
    def operator(self) -> Operator:
        return self.shown.operator


@pytest.fixture(scope="module")
async def hostile(tmp_path_factory: pytest.TempPathFactory, server_store: str) -> AsyncIterator[Hostile]:
    _ = server_store
    async with Receiver() as canary, operating(tmp_path_factory.mktemp("hostile") / "data") as operator:
        places, files = await _attack(operator, canary)
        yield Hostile(Shown(operator, places), canary, files)


@pytest.fixture(scope="module")
async def window(hostile: Hostile, visit: Visit) -> AsyncIterator[Page]:
    async with visit(hostile.operator, expecting=NOT_LOADED) as page:
        yield page


def scripts(canary: Receiver) -> list[str]:
    """Return texts that would run, or load something, where a page took them for more than text."""
    url = canary.url_at("/x")
    return [
        f"<img src={url} onerror=alert(1)>",
        f"<script src={url}></script><script>alert(1)</script>",
        f"<svg/onload=alert(1)><iframe src={url}></iframe>",
        f'"><style>@import "{url}";</style>',
        f"[click](javascript:alert(1)) ![picture]({url})",
        "javascript:alert(1) data:text/html,<script>alert(1)</script>",
        "{{constructor.constructor('alert(1)')()}} ${alert(1)}",
        f"*<b onmouseover=alert(1)>bold</b>* _<a href={url}>x</a>_ ```</code><script>alert(1)</script>```",
    ]


async def _attack(operator: Operator, canary: Receiver) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Let strangers do what they can; return the places that show it, and the files."""
    texts = scripts(canary)
    operator.hook.answer(
        500, body=texts[1].encode(), headers={"Content-Type": "text/html", "X-Said": texts[0]}, times=3
    )
    await operator.call("PATCH", f"/phones/{PHONE}", json={"name": texts[0]})
    messages = [await send(operator, "text", {"body": text}) for text in texts]
    messages += [await _write(operator, {"type": "text", "text": {"body": text}}) for text in texts]
    place = {"latitude": 1, "longitude": 2, "name": texts[0], "address": texts[1], "url": "javascript:alert(1)"}
    messages.append(await _write(operator, {"type": "location", "location": place}))
    card = {
        "name": {"formatted_name": texts[0]},
        "phones": [{"phone": texts[0]}],
        "urls": [{"url": "javascript:alert(1)"}],
    }
    messages.append(await _write(operator, {"type": "contacts", "contacts": [card]}))
    choice = {
        "type": "button",
        "header": {"type": "text", "text": "<img src=x onerror=alert(1)>"},
        "body": {"text": texts[1]},
        "action": {"buttons": [{"type": "reply", "reply": {"id": texts[0], "title": "<b>hi</b>"}}]},
    }
    messages.append(await send(operator, "interactive", choice))
    files = {kind: await _write_file(operator, mime, data) for kind, (mime, data) in _files(texts).items()}
    messages += [message for message, _ in files.values()]
    for text in texts:
        await operator.client.send(PHONE, text, {text: text}, headline=text)
    await operator.client.call("POST", f"/{texts[6]}?{texts[0]}", data=texts[0], headers={"Content-Type": texts[5]})
    refusals = (await operator.call("GET", "/refusals"))["refusals"]
    deliveries = (await operator.call("GET", "/webhooks/deliveries"))["deliveries"]
    templates = (await operator.call("GET", "/templates"))["templates"]
    places = {
        "/messages/:id": [f"/messages/{each}" for each in messages],
        "/phones/:waId": [f"/phones/{PHONE}"],
        "/webhooks/:id": [f"/webhooks/{each['id']}" for each in deliveries[-2:]],
        "/errors/:name": ["/errors/%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E"],
        "/templates/:id": [f"/templates/{templates[0]['id']}"],
        "/templates/:id/edit": [f"/templates/{templates[0]['id']}/edit"],
        "/numbers/:id": [f"/numbers/{operator.client.number}"],
        "/refusals/:id": [f"/refusals/{each['id']}" for each in refusals],
        "/media/:id": [f"/media/{medium}" for _, medium in files.values()],
    }
    return places, {kind: medium for kind, (_, medium) in files.items()}


def _files(texts: list[str]) -> dict[str, tuple[str, bytes]]:
    page = f"<!doctype html><body>{texts[0]}{texts[1]}".encode()
    drawing = (
        f'Notes:\n<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script>{texts[1]}</svg>'
    )
    return {
        "M12 a page": ("text/html", page),
        "M13 a drawing with a script, below a line of text": ("text/plain", drawing.encode()),
        "M14 a PNG with a page behind it": ("image/png", media.png().data + page),
        "M14 a JPEG with a page behind it": ("image/jpeg", media.jpeg().data + page),
        "a PDF with a script": ("application/pdf", media.pdf().data + b"/JavaScript (app.alert(1))" + page),
    }


async def _write(operator: Operator, message: dict[str, Any]) -> str:
    return str((await operator.call("POST", f"/phones/{PHONE}/messages", json=message))["id"])


async def _write_file(operator: Operator, mime: str, data: bytes) -> tuple[str, str]:
    """Let the user send bytes under a type, with a name that is markup; return the ids of message and media."""
    kind = "image" if mime in ("image/jpeg", "image/png") else "document"
    named = {"filename": "<img src=x onerror=alert(1)>.html"} if kind == "document" else {}
    content = {"data": base64.b64encode(data).decode(), "mime_type": mime, "caption": "<u>look</u>", **named}
    told = await operator.call("POST", f"/phones/{PHONE}/messages", json={"type": kind, kind: content})
    return str(told["id"]), str(told["media_id"])


# -- U9, M: everything, on every page ------------------------------------------------------------------------------

MADE = """() => {
  const alive = ["href", "src", "action"].map((name) => `[${name}^='javascript:' i], [${name}^='data:' i]`);
  const found = document.querySelectorAll([...alive, "[onerror], [onload], iframe, object, embed"].join());
  return [...found].map((each) => each.outerHTML.slice(0, 200));
}"""


@pytest.mark.parametrize("path", PATHS)
async def test_nothing_of_strangers_runs_on_a_page(hostile: Hostile, window: Page, path: str) -> None:
    made: list[str] = []

    async with used_again(window, expecting=NOT_LOADED) as page:
        for place in hostile.shown.at(path):
            await come_to(page, place)
            made += await page.script(MADE)

    assert made == []
    assert hostile.canary.received == []


async def test_what_looks_like_markup_is_read_as_it_was_written(hostile: Hostile, window: Page) -> None:
    texts = scripts(hostile.canary)

    async with used_again(window, expecting=NOT_LOADED) as page:
        await come_to(page, f"/phones/{PHONE}")
        await page.role("heading", texts[0]).shown()
        shown = await page.css(".thread").says()

    assert [text for text in texts[:4] if text not in shown] == []


@pytest.mark.parametrize("kind", _files(["", ""]))
async def test_a_file_that_is_gone_to_runs_nothing(hostile: Hostile, window: Page, kind: str) -> None:
    async with used_again(window, expecting=NOT_LOADED) as page:
        await come_to(page, "/messages")
        with suppress(Stuck):  # it is saved instead of shown, and Playwright calls that a failed navigation
            await page.go(f"/_waypost/v1/media/{hostile.files[kind]}")
        stayed = await page.script("() => document.location.hash")

    assert stayed == "#/messages"
    assert hostile.canary.received == []


REFUSED = {
    "M15 a GIF that is a script": ("image/gif", b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)", "image/gif is not allowed"),
    "M15 the same as a PNG": ("image/png", b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)", "the content is image/gif"),
    "M16 a page in the head of a JPEG": (
        "image/jpeg",
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00<script>alert(1)</script>",
        "cut off or damaged",
    ),
}


async def test_a_picture_that_is_a_script_is_refused_on_the_phone_and_never_shown(
    hostile: Hostile, window: Page
) -> None:
    async with used_again(window, expecting=NOT_LOADED) as page:
        await come_to(page, f"/phones/{PHONE}")
        for mime, data, why in REFUSED.values():
            await page.role("button", "Attach").click()
            await page.label("Photo or video").attach("a.png", mime, data)
            await page.role("button", "Send", exact=True).click()
            await page.role("status").having(why).first.shown()
            await page.role("button", "Do not send it").click()
        made = await page.script(MADE)
        blobs = await page.script("() => document.querySelectorAll('[src^=blob\\\\:]').length")

    assert (made, blobs) == ([], 0)
    assert hostile.canary.received == []


# -- U10 -----------------------------------------------------------------------------------------------------------


async def test_a_very_long_name_from_right_to_left_breaks_no_page(operator: Operator, revisit: Visit) -> None:
    name = "\u202eמשה בן דוד \u0645\u0631\u062d\u0628\u0627 " * 400

    await operator.call("PATCH", f"/phones/{PHONE}", json={"name": name})
    await _write(operator, {"type": "text", "text": {"body": name}})

    async with revisit(operator, f"/phones/{PHONE}", size=SMALL) as page:
        await page.css(".bubble.mine").last.shown()
        wide = await page.script("() => document.documentElement.scrollWidth")
        await page.role("button", "Send", exact=True).shown()

    assert wide == 390


# -- U4-U8: other pages of the same browser ------------------------------------------------------------------------

FORGE = """async (base) => {
  const reset = base + "/_waypost/v1/reset";
  const given = { method: "POST", mode: "no-cors", credentials: "include", body: "{}" };
  await fetch(reset, given).catch(() => null);
  await fetch(reset, { ...given, headers: { "content-type": "text/plain" } }).catch(() => null);
  const form = Object.assign(document.createElement("form"), { action: reset, method: "POST", target: "there" });
  document.body.append(Object.assign(document.createElement("iframe"), { name: "there" }), form);
  form.submit();
  const asked = fetch(base + "/_waypost/v1/messages", { credentials: "include" });
  const read = await asked.then((got) => got.text()).catch(() => "");
  const feed = new EventSource(base + "/_waypost/v1/feed", { withCredentials: true });
  const heard = await new Promise((done) => {
    feed.onopen = () => done(true);
    feed.onerror = () => done(false);
  });
  feed.close();
  return { read, heard };
}"""


async def test_another_site_in_the_same_browser_reads_and_changes_nothing(tmp_path: Path, visit: Visit) -> None:
    async with Receiver() as evil, operating(tmp_path / "data") as operator:
        await operator.send_text("Still here")
        evil.always = _page(b"<!doctype html><title>evil</title><body>")

        async with visit(operator, "/messages", beside=evil.url_at(""), expecting="Failed to load|CORS policy") as page:
            await page.text("Still here").shown()
            await page.go(evil.url_at("/"))
            got = await page.script(FORGE, operator.server.base_url)
            await page.go("/_waypost/#/messages")
            await page.text("Still here").shown()

    assert got == {"read": "", "heard": False}


async def test_the_console_cannot_be_framed(tmp_path: Path, browser: Browser) -> None:
    async with Receiver() as evil, operating(tmp_path / "data") as operator:
        console = f"{operator.server.base_url}/_waypost/"
        evil.always = _page(f"<!doctype html><iframe src='{console}'></iframe>".encode())

        async with browser.window(operator.server.base_url, beside=evil.url_at(""), expecting="frame") as page:
            await page.go(evil.url_at("/"))
            told = (await page.happened()).complaints

    assert any("frame-ancestors" in each for each in told)


async def test_no_script_sees_the_session(operator: Operator, revisit: Visit) -> None:
    async with revisit(operator, "/messages") as page:
        await page.role("heading", "Messages").shown()

        seen = await page.script("() => [document.cookie, Object.keys(localStorage), Object.keys(sessionStorage)]")

    assert (seen[0], "session" in str(seen)) == ("", False)


def _page(html: bytes) -> Answer:
    return Answer(200, html, {"Content-Type": "text/html"})


async def test_a_window_tells_on_what_may_never_happen(tmp_path: Path, browser: Browser) -> None:
    async with operating(tmp_path / "data") as operator:
        window = browser.window(operator.server.base_url)
        page = await window.__aenter__()
        await page.go("/_waypost/")
        await page.script("() => { setTimeout(() => { throw Error('a fault'); }); }")
        await page.script("() => { new Image().src = 'http://stranger.example/x'; alert('a dialog'); }")
        await page.role("button", "Sign in").shown()
        with pytest.raises(Trouble) as told:
            await window.__aexit__(None, None, None)

    happened = told.value.args[0]
    assert (happened.strangers, happened.dialogs) == (["http://stranger.example/x"], ["a dialog"])
    assert "a fault" in happened.faults[0]
    assert "Content Security Policy" in str(happened.complaints)
