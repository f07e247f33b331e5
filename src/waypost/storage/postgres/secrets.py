"""Bringing the secrets of a database under the newest key, and counting those under each."""

from waypost.lib.keyring import Unsealable
from waypost.ports import StoreRefused
from waypost.storage.postgres.link import CANNOT_CONNECT, Connection, connect, refused
from waypost.storage.postgres.places import count_without_key
from waypost.storage.postgres.schema import check_schema
from waypost.storage.sealing import ALL, BY_HEAD, Sealing, counted


async def seal_anew(connection: Connection, sealing: Sealing) -> int:
    """Seal what is in clear or under an older key, inside a transaction; return how many. Raises Unsealable.

    Rows are locked only if there is something to do, and read again then: another process may be at it.
    """
    count = 0
    for secrets in ALL:
        if sealing.anew(secrets, await connection.fetch(secrets.read)):
            due = sealing.anew(secrets, await connection.fetch(f"{secrets.read} FOR UPDATE"))
            await connection.executemany(secrets.write, due)
            count += len(due)
    return count


async def seal_at_start(connection: Connection, sealing: Sealing) -> int:
    """Do so in a transaction of its own, unless another process could not open it then.

    Raises Unsealable, and StoreRefused.
    """
    await connection.execute("BEGIN")
    try:
        count = await seal_anew(connection, sealing)
        if count:
            await _check_others(connection, sealing)
    except (Unsealable, StoreRefused):
        await connection.execute("ROLLBACK")
        raise
    await connection.execute("COMMIT")
    return count


async def _check_others(connection: Connection, sealing: Sealing) -> None:
    keyring = sealing.keyring
    if others := await count_without_key(connection, keyring.marks[0]):
        raise StoreRefused(
            f"Other processes at this database ({others}) do not have the key {keyring.names[0]}, which is to seal "
            "from now on. Give it to each of them first, behind the one that they seal with, or stop them."
        )


async def count_by_key(address: str) -> dict[str | None, int]:
    """Return how many secrets of a database are under each key, by its id; None: in clear. Raises StoreRefused."""
    try:
        connection = await connect(address, "waypost doctor")
        try:
            await check_schema(connection, address)
            return counted([(head, count) for head, count in await connection.fetch(BY_HEAD)])
        finally:
            await connection.close(timeout=2)
    except (*CANNOT_CONNECT, ValueError) as error:
        raise refused(address, error) from error
