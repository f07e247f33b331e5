"""Phones of the test kit: what their users do is told to the webhook, and what comes is found."""

import re
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from tests.support import media
from tests.support.program import Program

from waypost.testing import Contact, ControlError, Location, Phone, Row, Waypost

ANN = "15551234567"


def test_a_phone_is_named_and_has_the_digits_of_its_number(ann: Phone) -> None:
    assert (ann.wa_id, ann.name) == (ANN, "Ann")


def test_what_a_user_says_is_told_with_a_signature_that_fits(waypost: Waypost, ann: Phone) -> None:
    said = ann.says("Where is my order?")

    told = waypost.webhooks.expect_message("Where is my order?")
    assert (told.id, told.phone, told.type, told.call.signature_ok) == (said.id, ANN, "text", True)


def test_an_answer_quotes_what_it_answers(waypost: Waypost, program: Program, ann: Phone) -> None:
    sent = program.text(ANN, "Which one?")

    ann.says("This one", reply_to=ann.expect_text("Which one?"))

    assert waypost.webhooks.expect_message("This one").value["context"]["id"] == sent


FILES = [
    (media.jpeg(), {}, "image"),
    (media.mp4(), {}, "video"),
    (media.ogg_opus(), {"voice": True}, "audio"),
    (media.pdf(), {}, "document"),
    (media.sticker(), {}, "sticker"),
]


@pytest.mark.parametrize(("sample", "given", "kind"), FILES, ids=[kind for _, _, kind in FILES])
def test_a_file_is_sent_as_what_it_is(
    waypost: Waypost, ann: Phone, sample: media.Sample, given: dict[str, Any], kind: str
) -> None:
    ann.sends(sample.data, **given)

    assert waypost.webhooks.expect_message(type=kind).value[kind]["mime_type"].startswith(sample.mime.partition(";")[0])


def test_a_file_of_a_path_keeps_its_name_and_caption(waypost: Waypost, ann: Phone, tmp_path: Path) -> None:
    path = tmp_path / "Rechnung ä.pdf"
    path.write_bytes(media.pdf().data)

    ann.sends(path, caption="The bill")

    document = waypost.webhooks.expect_message("The bill").value["document"]
    assert (document["filename"], document["caption"]) == ("Rechnung ä.pdf", "The bill")


def test_a_place_and_a_card_are_shared(waypost: Waypost, ann: Phone) -> None:
    ann.shares_location(52.5, 13.4, name="Dock")
    ann.shares_contact("Bob", "+15550107788")

    assert waypost.webhooks.expect_message(type="location").value["location"]["name"] == "Dock"
    assert waypost.webhooks.expect_message(type="contacts").value["contacts"][0]["name"]["formatted_name"] == "Bob"


def test_a_user_reacts_to_the_newest_message(waypost: Waypost, program: Program, ann: Phone) -> None:
    sent = program.text(ANN, "Done")
    ann.expect_text("Done")

    ann.reacts("👍")

    assert waypost.webhooks.expect_message(type="reaction").value["reaction"] == {"message_id": sent, "emoji": "👍"}


def test_a_user_edits_and_deletes(waypost: Waypost, ann: Phone) -> None:
    said = ann.says("Helo")

    ann.edits(said, "Hello")
    ann.deletes(said)

    assert waypost.webhooks.expect_message(type="edit").value["edit"]["original_message_id"] == said.id
    assert waypost.webhooks.expect_message(type="revoke").value["revoke"]["original_message_id"] == said.id


@pytest.mark.parametrize("button", ["Yes", "y"])
def test_a_button_is_tapped_by_its_title_or_its_id(waypost: Waypost, program: Program, ann: Phone, button: str) -> None:
    program.buttons(ANN, "Sure?", y="Yes", n="No")

    ann.taps(button)

    reply = waypost.webhooks.expect_message(type="interactive").value["interactive"]["button_reply"]
    assert reply == {"id": "y", "title": "Yes"}


def test_a_row_is_picked(waypost: Waypost, program: Program, ann: Phone) -> None:
    program.list(ANN, "Which size?", s="Small", l="Large")
    found = ann.expect_list("Which size?", "Small", "Large")

    ann.picks("Large", on=found)

    assert found.rows[1] == Row("Large", "l", section="All")
    assert waypost.webhooks.expect_message("Large").value["interactive"]["list_reply"]["id"] == "l"


def test_a_tap_waits_for_the_message_that_has_the_button(waypost: Waypost, program: Program, ann: Phone) -> None:
    waypost.rules.hold(0.2)
    program.buttons(ANN, "Sure?", y="Yes")

    ann.taps("Yes")

    assert waypost.webhooks.expect_message("Yes").type == "interactive"


def test_a_phone_that_is_offline_gets_everything_once_it_is_back(
    waypost: Waypost, program: Program, ann: Phone
) -> None:
    ann.goes_offline()
    sent = program.text(ANN, "Hello")
    waypost.webhooks.expect_status("sent", of=sent)
    ann.expect_no_message(within=0.05)

    ann.goes_online()

    assert ann.expect_text("Hello").id == sent
    waypost.webhooks.expect_status("delivered", of=sent)


def test_a_user_who_has_blocked_the_business_gets_nothing(waypost: Waypost, program: Program, ann: Phone) -> None:
    ann.blocks()
    sent = program.text(ANN, "Hello")
    waypost.webhooks.expect_status("failed", of=sent, code=131026)

    ann.unblocks()
    program.text(ANN, "Hello again")

    ann.expect_text("Hello again")
    assert len(ann.messages) == 1


def test_what_is_left_unread_is_read_on_demand(waypost: Waypost, program: Program, ann: Phone) -> None:
    ann.leaves_unread()
    sent = program.text(ANN, "Hello")
    waypost.webhooks.expect_status("delivered", of=sent)

    assert ann.reads() == 1

    waypost.webhooks.expect_status("read", of=sent)


def test_each_kind_of_message_is_expected_by_its_name(program: Program, ann: Phone) -> None:
    card = {"name": {"formatted_name": "Ada", "first_name": "Ada"}, "phones": [{"phone": "+1555"}]}
    said = ann.says("Hi")
    jpeg, pdf, webp, mp4, ogg = media.jpeg(), media.pdf(), media.sticker(), media.mp4(), media.ogg_opus()
    program.send(ANN, "image", {"id": program.upload(jpeg), "caption": "Your bike"})
    program.send(ANN, "document", {"id": program.upload(pdf), "filename": "bill.pdf"})
    program.send(ANN, "sticker", {"id": program.upload(webp)})
    program.send(ANN, "video", {"id": program.upload(mp4)})
    program.send(ANN, "audio", {"id": program.upload(ogg), "voice": True})
    program.send(ANN, "location", {"latitude": 1.5, "longitude": 2.5, "name": "Dock", "address": "1 Water St"})
    program.send(ANN, "contacts", [card])
    program.send(ANN, "reaction", {"message_id": said.id, "emoji": "👍"})

    assert ann.expect_image("Your bike").media.bytes == jpeg.data
    assert ann.expect_document("bill.pdf").filename == "bill.pdf"
    assert ann.expect_sticker().media.mime_type == webp.mime
    assert ann.expect_video().text == ""
    assert ann.expect_audio(voice=True).voice
    assert ann.expect_location("Dock").location == Location(1.5, 2.5, "Dock", "1 Water St")
    assert ann.expect_contacts("Ada").contacts == (Contact("Ada", ("+1555",)),)
    assert ann.expect_reaction("👍", to=said).reacted_to == said.id


def test_a_template_is_made_in_a_line_and_read_as_the_user_reads_it(
    waypost: Waypost, program: Program, ann: Phone
) -> None:
    waypost.template("order_sent", "Hi {{1}}, it is sent.", header="News", footer="Bye", buttons=["Stop"])
    body = {"type": "body", "parameters": [{"type": "text", "text": "Ann"}]}
    program.send(ANN, "template", {"name": "order_sent", "language": {"code": "en_US"}, "components": [body]})

    found = ann.expect_template("order_sent", text="Hi Ann, it is sent.")
    ann.taps("Stop")

    assert (found.header, found.footer, [button.title for button in found.buttons]) == ("News", "Bye", ["Stop"])
    assert waypost.webhooks.expect_message("Stop").type == "button"


def test_expectations_take_what_came_in_order(program: Program, ann: Phone) -> None:
    program.text(ANN, "one")
    program.text(ANN, "two")
    program.text(ANN, "three")

    ann.expect_text("two")

    with pytest.raises(AssertionError, match=r"expected a text 'one'"):
        ann.expect_text("one", within=0.05)
    assert ann.expect_text(re.compile("^thr")).text == "three"
    ann.expect_no_message(within=0.05)


def test_a_message_too_many_is_told(program: Program, ann: Phone) -> None:
    program.text(ANN, "Surprise")

    with pytest.raises(AssertionError, match=r"should have got no message, but got a text 'Surprise'"):
        ann.expect_no_message(within=1)


def test_another_button_than_there_is_says_which_there_are(program: Program, ann: Phone) -> None:
    program.buttons(ANN, "Sure?", y="Yes", n="No")
    ann.expect_buttons("Sure?", "Yes", "No")

    with pytest.raises(AssertionError, match=r'the message has no "Maybe"; there are "Yes", "No"'):
        ann.taps("Maybe", within=0.05)


def test_what_the_server_refuses_is_said_in_its_words(ann: Phone) -> None:
    with pytest.raises(ControlError, match=r"frob"):
        ann.writes({"type": "text", "text": {"body": "x"}, "frob": 1})


def test_any_thread_may_wait(program: Program, ann: Phone) -> None:
    found: list[str] = []
    waiting = [Thread(target=lambda: found.append(ann.expect_text(within=5).text)) for _ in range(4)]
    for thread in waiting:
        thread.start()

    for each in range(4):
        program.text(ANN, f"message {each}")

    for thread in waiting:
        thread.join()
    assert sorted(found) == ["message 0", "message 1", "message 2", "message 3"]
