"""What every store promises about snapshots: see `ports.Snapshots`."""

import pytest
from msgspec import structs

from waypost.ports import BadDump, FullStore

pytestmark = pytest.mark.anyio


async def test_what_was_dumped_is_what_is_there_after_it_was_put_back(opened: FullStore) -> None:
    await opened.save_document("code", 1, "a", b'{"\xc3\xa9":1}')
    await opened.put_state("clock", b'{"offset_ms":5}')
    taken = await opened.dump()

    await opened.reset()
    await opened.put_state("clock", b"{}")
    await opened.check_dump(taken)
    await opened.restore(taken)

    assert await opened.dump() == taken


async def test_the_key_of_media_urls_neither_leaves_nor_goes(opened: FullStore) -> None:
    await opened.put_state("url_secret", b"secret")

    taken = await opened.dump()
    await opened.restore(taken)

    assert taken.tables["state"].rows == []
    assert await opened.get_state("url_secret") == b"secret"


async def test_a_dump_of_another_schema_is_bad(opened: FullStore) -> None:
    taken = await opened.dump()

    with pytest.raises(BadDump, match="schema"):
        await opened.check_dump(structs.replace(taken, shape="other"))


async def test_a_dump_without_a_table_is_bad(opened: FullStore) -> None:
    taken = await opened.dump()
    del taken.tables["messages"]

    with pytest.raises(BadDump, match="tables"):
        await opened.check_dump(taken)
