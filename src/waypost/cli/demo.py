"""`waypost demo`: a server with a sample conversation on every face, and what the webhook got of it."""

import io
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from waypost.cli.reach import show_json
from waypost.settings import ReadyInfo, load

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from waypost.cli.conversation import Conversation, Step
    from waypost.cli.demo_peer import Peer


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print each step as a line of JSON.")
def demo(*, as_json: bool) -> None:
    """Send a JPEG by id and a PDF by link on each face, and print what the webhook got.

    Everything is real and on this machine: a server on a free port, a file server for the link, a webhook. Nothing is
    left behind.
    """
    import uvloop

    from waypost.cli.conversation import DemoError

    try:
        uvloop.run(_demo(_show_json if as_json else _tell))
    except (DemoError, TimeoutError) as wrong:
        reason = "a callback stayed out for 5 seconds" if isinstance(wrong, TimeoutError) else str(wrong)
        raise click.ClickException(f"the demo did not go as it should: {reason}.") from wrong


async def _demo(tell: "Callable[[Conversation, ReadyInfo], Awaitable[None]]") -> None:
    import asyncio
    import tempfile

    from msgspec.structs import replace

    from waypost.app import start
    from waypost.cli.conversation import Conversation
    from waypost.cli.demo_peer import Peer
    from waypost.lib.poster_asyncio import AsyncioPoster

    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="waypost-demo-"))
        peer = Peer(_pdf())
        await peer.start()
        stack.push_async_callback(peer.stop)
        parts, ready = await start(load(_flags(Path(folder), peer), {}), stack)
        work = asyncio.create_task(parts.run())
        stack.callback(work.cancel)

        async def speak_onprem() -> None:
            directory = parts.resources.directory
            await directory.change_number(
                directory.numbers()[0],
                lambda now: replace(now, callback_dialect="onprem", onprem=replace(now.onprem, sent=True)),
            )

        poster = AsyncioPoster(parts.resources.clock)
        stack.push_async_callback(poster.aclose)
        conversation = Conversation(ready, peer, poster, _jpeg(), speak_onprem)
        await tell(conversation, ready)


def _flags(folder: Path, peer: "Peer") -> dict[str, object]:
    return {
        "port": "0",
        "data": str(folder),
        "webhook": f"{peer.base_url}/hook",
        "fetch_allow": ["127.0.0.0/8"],
        "log_level": "warning",
    }


async def _show_json(conversation: "Conversation", ready: ReadyInfo) -> None:
    import msgspec

    _ = ready
    async for step in conversation.steps():
        show_json(msgspec.to_builtins(step))


async def _tell(conversation: "Conversation", ready: ReadyInfo) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(soft_wrap=True, highlight=False)
    console.print(Text(f"Waypost at {ready.base_url}, number {ready.phone_number_id}", style="bold green"))
    face = ""
    async for step in conversation.steps():
        if step.face != face:
            face = step.face
            console.print(Text(f"\n{face}", style="bold"))
        for line, style in _lines(step):
            console.print(Text(line, style=style))
    console.print(Text("\nRun `waypost serve` and send the line that it prints.", style="dim"))


def _lines(step: "Step") -> list[tuple[str, str]]:
    """Return what is printed of a step, each line with its colour."""
    told = [_told(callback) for callback in step.callbacks]
    colour = "red" if any("errors" in callback for callback in step.callbacks) else "green"
    return [
        (f"\n  {step.what}", "bold cyan"),
        (f"    {step.request}", ""),
        (f"    answered {step.answer}", "dim"),
        *((f"    webhook: {line}", colour) for line in told),
    ]


def _told(callback: dict[str, object]) -> str:
    errors = callback.get("errors")
    if not isinstance(errors, list):
        return f"{callback['status']}"
    error = errors[0]
    details = error.get("error_data", {}).get("details") or error.get("details") or error["title"]
    return f"{callback['status']} {error['code']}: {details}"


def _jpeg() -> bytes:
    """Return a small picture: a road, a sky, and a post by the way."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (320, 240), "#9fd3ff")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 150, 320, 240), fill="#6a8f4e")
    draw.polygon([(140, 150), (180, 150), (300, 240), (20, 240)], fill="#555555")
    draw.rectangle((225, 90, 235, 190), fill="#8a5a2b")
    draw.polygon([(205, 95), (265, 95), (280, 107), (265, 120), (205, 120)], fill="#f2c14e")
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=85)
    return file.getvalue()


def _pdf() -> bytes:
    """Return a PDF of one page with one line, its cross-reference table in order."""
    text = b"BT /F1 24 Tf 72 720 Td (Invoice 2026-118, from Waypost) Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    file, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    return file + (
        b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (count, table, count, len(file))
    )
