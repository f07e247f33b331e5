"""What a user does with a phone of the console, and what comes of it: each thing clicked in a real browser."""

from pathlib import Path

import pytest
from tests.console import content
from tests.support import media
from tests.support.browser import Page, Spot, Visit
from tests.support.interactive import whole
from tests.support.media import Sample
from tests.support.operator import PHONE, Operator, operating
from tests.support.receiver import Receiver

pytestmark = pytest.mark.anyio

AT = f"/phones/{PHONE}"


def mine(page: Page) -> Spot:
    """Return the newest bubble of the user."""
    return page.role("article", "From this phone").last


async def attach(page: Page, choice: str, name: str, sample: Sample) -> None:
    await page.role("button", "Attach").click()
    await page.label(choice).attach(name, sample.mime, sample.data)
    await page.css(".composer-file").having(name).shown()


# -- What the user sends -------------------------------------------------------------------------------------------


async def test_words_are_written_and_sent_with_enter(operator: Operator, revisit: Visit) -> None:
    async with revisit(operator, AT) as page:
        await page.label("Message", exact=True).fill("Is my *bike* ready?")
        await page.label("Message", exact=True).press("Enter")

        await mine(page).having("Is my bike ready?").shown()

    assert (await operator.inbound())["text"] == {"body": "Is my *bike* ready?"}


async def test_a_picture_is_sent_with_its_caption_and_shown(operator: Operator, revisit: Visit) -> None:
    sample = media.jpeg()

    async with revisit(operator, AT) as page:
        await attach(page, "Photo or video", "bike.jpg", sample)
        await page.label("Caption").fill("Like this one")
        await page.role("button", "Send", exact=True).click()

        await mine(page).having("Like this one").role("img", "Picture").shown()
        await page.until("() => document.querySelector('.chat-picture img').naturalWidth === 160")

    told = (await operator.inbound())["image"]
    assert (told["caption"], told["mime_type"]) == ("Like this one", "image/jpeg")
    assert (await operator.client.download(told["id"])).body == sample.data


async def test_a_document_keeps_its_name_and_can_be_saved(operator: Operator, revisit: Visit) -> None:
    async with revisit(operator, AT) as page:
        await attach(page, "Document", "invoice 4711.pdf", media.pdf())
        await page.role("button", "Send", exact=True).click()

        paper = mine(page).role("link", "invoice 4711.pdf")
        await paper.shown()
        assert await paper.attribute("download") == "invoice 4711.pdf"

    told = (await operator.inbound())["document"]
    assert (told["filename"], told["mime_type"]) == ("invoice 4711.pdf", "application/pdf")


async def test_a_sound_in_ogg_goes_as_a_voice_message(operator: Operator, revisit: Visit) -> None:
    async with revisit(operator, AT) as page:
        await attach(page, "Voice message", "note.ogg", Sample("audio/ogg", media.ogg_opus().data))
        await page.role("button", "Send", exact=True).click()

        await mine(page).label("Voice message").shown()

    assert (await operator.inbound())["audio"]["voice"] is True


async def test_a_place_is_shared(operator: Operator, revisit: Visit) -> None:
    async with revisit(operator, AT) as page:
        await page.role("button", "Attach").click()
        await page.role("button", "Location").click()
        await page.label("Latitude").fill("48.137")
        await page.label("Longitude").fill("11.576")
        await page.label("Name, if it has one").fill("Marienplatz")
        await page.role("button", "Share").click()

        await mine(page).having("Marienplatz").role("img", "Map at 48.137, 11.576").shown()

    place = (await operator.inbound())["location"]
    assert (place["latitude"], place["longitude"], place["name"]) == (48.137, 11.576, "Marienplatz")


async def test_a_contact_is_shared(operator: Operator, revisit: Visit) -> None:
    async with revisit(operator, AT) as page:
        await page.role("button", "Attach").click()
        await page.role("button", "Contact").click()
        await page.label("Name", exact=True).fill("Grace Hopper")
        await page.role("button", "Share").click()

        await mine(page).having("Grace Hopper").shown()

    assert (await operator.inbound())["contacts"][0]["name"]["formatted_name"] == "Grace Hopper"


async def test_a_reply_quotes_what_it_answers(operator: Operator, revisit: Visit) -> None:
    async with revisit(operator, AT) as page:
        sent = await operator.send_text("Shall we deliver it?")
        await page.css(".bubble-line").having("Shall we deliver it?").role("button", "Reply").click()
        await page.label("Message", exact=True).fill("Yes, please")
        await page.role("button", "Send", exact=True).click()

        await mine(page).having("Shall we deliver it?").having("Yes, please").shown()

    told = await operator.inbound()
    assert (told["text"], told["context"]["id"]) == ({"body": "Yes, please"}, sent)


async def test_a_reaction_is_given_and_taken_back(operator: Operator, revisit: Visit) -> None:
    async with revisit(operator, AT) as page:
        sent = await operator.send_text("Your bike is ready")
        line = page.css(".bubble-line").having("Your bike is ready")
        await line.role("button", "React").click()
        await line.role("button", "❤️").click()
        await line.role("button", "Change the reaction").having("❤️").shown()

        told = await operator.inbound()
        await line.role("button", "Change the reaction").click()
        await line.role("button", "❤️", exact=True).last.click()
        await line.role("button", "Change the reaction").gone()

    assert told["reaction"] == {"message_id": sent, "emoji": "❤️"}


# -- What the phone is ---------------------------------------------------------------------------------------------


async def settings(page: Page) -> Spot:
    await page.role("button", "Settings of").click()
    return page.role("dialog")


async def test_offline_a_message_has_one_tick_and_online_two_blue_ones(operator: Operator, revisit: Visit) -> None:
    async with revisit(operator, AT) as page:
        sheet = await settings(page)
        await sheet.label("Online").click()
        await page.text("offline", exact=True).shown()
        sent = await operator.send_text("Are you there?")
        await operator.hook.wait_for_status(sent, "sent")
        await page.css(".phone-head").having("offline").shown()
        before = operator.hook.statuses(sent)

        await sheet.label("Online").click()
        await sheet.role("button", "Close").click()

        bubble = page.role("article", "From the business").having("Are you there?")
        await bubble.css(".ticks.read").shown()
        await operator.hook.wait_for_status(sent, "read")

    assert before == ["sent"]


async def test_a_business_that_is_blocked_cannot_reach_the_phone(operator: Operator, revisit: Visit) -> None:
    async with revisit(operator, AT) as page:
        await (await settings(page)).label("Has blocked the business").click()
        await page.text("blocked", exact=True).shown()

        sent = await operator.send_text("Hello?")
        await operator.hook.wait_for_status(sent, "failed")
        await page.open("/messages")
        await page.role("listitem").having("Hello?").having("131026").shown()


async def test_a_user_is_renamed(operator: Operator, revisit: Visit) -> None:
    async with revisit(operator, AT) as page:
        sheet = await settings(page)
        await sheet.label("Name of the user").fill("Zoë <b>Bold</b>")
        await sheet.role("button", "Rename").click()
        await page.role("heading", "Zoë <b>Bold</b>").shown()

    assert (await operator.call("GET", f"/phones/{PHONE}"))["name"] == "Zoë <b>Bold</b>"


async def test_phones_stand_side_by_side_and_a_new_one_is_a_click(operator: Operator, revisit: Visit) -> None:
    async with revisit(operator, AT) as page:
        await page.css(".phone").first.shown()
        await page.role("button", "New phone").click()

        await page.until("() => document.querySelectorAll('.phone').length === 2")


# -- What the business sends ---------------------------------------------------------------------------------------


async def test_beside_a_phone_alone_stands_what_the_webhook_was_told_of_its_user(
    operator: Operator, revisit: Visit
) -> None:
    await content.send(operator, "text", {"body": "Not about this one"}, to=content.STRANGER)
    sent = await operator.send_text("Your bike is ready")
    await operator.hook.wait_for_status(sent, "read")

    async with revisit(operator, AT) as page:
        await page.script("() => localStorage.clear()")  # phones of other tests lie on the table
        await page.do("reload")
        told = page.role("region", "What the webhook was told")
        await told.text("Status delivered").shown()
        failed = await told.text("Status failed").count()
        await told.role("link", "Status read").click()
        await page.role("heading", "Status read").shown()

    assert failed == 0


TWO_PHONES = """(phones) => localStorage.setItem("waypost.phones", JSON.stringify(phones))"""
LEFT_EMPTY = """() => {
  const table = document.querySelector(".phone-table");
  const end = table.getBoundingClientRect().right - parseFloat(getComputedStyle(table).paddingRight);
  return Math.round(end - Math.max(...[...table.children].map((each) => each.getBoundingClientRect().right)));
}"""


async def test_beside_two_phones_stands_what_is_known_of_the_one_that_was_touched_last(
    operator: Operator, revisit: Visit
) -> None:
    await operator.call("PATCH", f"/phones/{PHONE}", json={"name": "Ann"})
    await operator.call("PATCH", f"/phones/{content.STRANGER}", json={"name": "Mia"})

    async with revisit(operator, AT) as page:
        await page.css(".phone").first.shown()  # the page has written by now which phones lie there
        await page.script(TWO_PHONES, [PHONE, content.STRANGER])
        await page.do("reload")
        known = page.role("region", "What the business may send")
        await known.role("heading", "What the business may send to Ann").shown()  # whom the address names is in front
        await page.css(".phone").last.click()
        await known.role("heading", "What the business may send to Mia").shown()
        empty = await page.script(LEFT_EMPTY)
        await page.css(".phone").first.click()
        await known.role("heading", "What the business may send to Ann").shown()

    assert empty == 0


ACTIONS_BESIDE = """() => [...document.querySelectorAll(".bubble-line")].map((line) => {
  const box = (each) => line.querySelector(each).getBoundingClientRect();
  return box(".bubble-actions").top < box(".bubble").bottom;
})"""


async def test_under_a_finger_what_can_be_done_with_a_message_stands_beside_it(
    operator: Operator, visit: Visit
) -> None:
    await operator.send_text("Your bike is ready, and it can be picked up today between nine and five")

    async with visit(operator, AT, width=390, height=844, hasTouch=True, isMobile=True) as page:
        await page.text("Your bike is ready").last.shown()
        beside = await page.script(ACTIONS_BESIDE)

    assert set(beside) == {True}


async def test_a_row_of_a_list_is_picked_from_its_sheet(operator: Operator, revisit: Visit) -> None:
    async with revisit(operator, AT) as page:
        await operator.client.send(PHONE, "interactive", content.LIST)
        bubble = page.role("article", "From the business").having("When would you like to come?")
        await bubble.having("Opening hours").having("Closed on Sundays").shown()

        await bubble.role("button", "Choose a day").click()
        sheet = page.role("dialog")
        await sheet.text("This week").shown()
        await sheet.role("button", "Tuesday").click()

        await sheet.gone()
        await mine(page).having("Tuesday").shown()

    assert (await operator.inbound())["interactive"]["list_reply"] == {"id": "tue", "title": "Tuesday"}


async def test_an_offer_to_call_has_its_words(operator: Operator, revisit: Visit) -> None:
    await content.send(operator, "interactive", whole("voice_call"))

    async with revisit(operator, AT) as page:
        await page.css(".chat-offer").having("Call us").shown()


async def test_a_template_is_drawn_with_picture_words_footer_and_buttons(operator: Operator, revisit: Visit) -> None:
    await content.parcel_template(operator)

    async with revisit(operator, AT) as page:
        await content.send_parcel(operator)

        bubble = page.role("article", "From the business").having("Parcel 4711 is here.")
        await bubble.having("Bike shop").role("img", "Picture").shown()
        assert await bubble.role("link", "Track it").attribute("href") == "https://example.com/track"
        await bubble.role("button", "Thank you").click()

    assert (await operator.inbound())["button"] == {"payload": "Thank you", "text": "Thank you"}


async def test_a_link_has_its_card_as_soon_as_the_server_has_fetched_it(tmp_path: Path, visit: Visit) -> None:
    picture = media.jpeg()
    page_of_shop = (
        b"<title>Bikes &lt;img src=x onerror=alert(1)&gt;</title><meta name=description content='All that rolls'>"
        b"<meta property=og:image content=/bike.jpg>"
    )
    flags = {"fetch_allow": ["127.0.0.0/8"], "link_previews": "on"}

    async with Receiver() as shop, operating(tmp_path / "data", **flags) as operator, visit(operator, AT) as page:
        shop.answer(200, body=page_of_shop, headers={"Content-Type": "text/html"})
        shop.answer(200, body=picture.data, headers={"Content-Type": picture.mime})
        link = shop.url_at("/shop", host="localhost")
        await page.label("Message", exact=True).fill(f"Like these? {link}")
        await page.label("Message", exact=True).press("Enter")

        card = mine(page).role("link", "Bikes <img src=x onerror=alert(1)>")
        await card.having("All that rolls").shown()
        assert await card.attribute("href") == link
        await page.until("() => document.querySelector('.chat-link img').naturalWidth === 160")

    assert [(call.path, call.headers["user-agent"]) for call in shop.received] == [
        ("/shop", "Waypost"),
        ("/bike.jpg", "Waypost"),
    ]
