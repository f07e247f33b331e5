"""What every store promises about documents: see `ports.Documents`."""

import asyncio

import pytest

from waypost.ports import FullStore

pytestmark = pytest.mark.anyio


async def test_a_document_comes_back_as_it_was_last_saved(opened: FullStore) -> None:
    await opened.save_document("profile", 1, "", b'{"about":"old"}')
    await opened.save_document("profile", 1, "", b'{"about":"new"}')

    assert await opened.document("profile", 1, "") == b'{"about":"new"}'


@pytest.mark.parametrize("place", [("profile", 2, "a"), ("block", 1, "a"), ("profile", 1, "b")])
async def test_kind_owner_and_name_each_tell_documents_apart(opened: FullStore, place: tuple[str, int, str]) -> None:
    await opened.save_document("profile", 1, "a", b"{}")

    assert await opened.document(*place) is None


async def test_documents_are_listed_by_name_from_a_cursor(opened: FullStore) -> None:
    for name in ("c", "a", "b", "d"):
        await opened.save_document("code", 1, name, name.encode())

    page = await opened.documents("code", 1, after="a", limit=2)

    assert page == [("b", b"b"), ("c", b"c")]


async def test_documents_of_many_owners_are_read_together(opened: FullStore) -> None:
    for kind, owner, name in [("block", 1, ""), ("block", 2, ""), ("block", 3, "named"), ("profile", 4, "")]:
        await opened.save_document(kind, owner, name, b"%d" % owner)

    assert sorted(await opened.documents_of("block", [1, 2, 3, 4, 5])) == [(1, b"1"), (2, b"2")]
    assert await opened.documents_of("block", []) == []


async def test_deleting_says_whether_there_was_one(opened: FullStore) -> None:
    await opened.save_document("code", 1, "a", b"{}")

    answers = [await opened.delete_document("code", 1, "a") for _ in range(2)]

    assert answers == [True, False]
    assert await opened.documents("code", 1) == []


async def test_a_reset_forgets_every_document(opened: FullStore) -> None:
    await opened.save_document("code", 1, "a", b"{}")

    await opened.reset()

    assert await opened.document("code", 1, "a") is None


async def test_a_name_that_no_document_can_have_is_not_there(opened: FullStore) -> None:
    await opened.save_document("code", 1, "a", b"{}")

    assert await opened.document("code", 1, "a\0") is None


async def test_a_document_is_replaced_only_while_it_is_what_was_read(opened: FullStore) -> None:
    await opened.save_document("profile", 1, "", b"1")

    answers = [await opened.replace_document("profile", 1, "", before, b"2") for before in (None, b"0", b"1", b"1")]

    assert (answers, await opened.document("profile", 1, "")) == ([False, False, True, False], b"2")


async def test_of_many_who_make_one_document_one_does(opened: FullStore) -> None:
    bodies = [b"%d" % each for each in range(10)]

    answers = await asyncio.gather(*(opened.replace_document("code", 1, "a", None, body) for body in bodies))

    assert answers.count(True) == 1
    assert await opened.document("code", 1, "a") == bodies[answers.index(True)]
