"""What `waypost serve` prints when it is ready: everything to copy, and one line that sends a first message."""

import shlex
import sys
from typing import TextIO

from waypost import __version__
from waypost.lib.samples import SAMPLE_PHONE
from waypost.settings import ReadyInfo


def print_banner(ready: ReadyInfo, stream: TextIO | None = None) -> None:
    """Print the banner, in colour on a terminal only."""
    out = sys.stdout if stream is None else stream
    if out.isatty():
        _print_in_colour(ready, out)
    else:
        out.write(banner(ready))
    out.flush()


def banner(ready: ReadyInfo) -> str:
    """Return the banner as plain text."""
    table = "".join(f"  {label:<16} {value}\n" for label, value in _rows(ready))
    first = f"Send a first message:\n\n{curl_line(ready)}\n\n" if ready.token else ""
    return f"Waypost {__version__} is ready.\n\n{table}\n{first}"


def curl_line(ready: ReadyInfo) -> str:
    """Return a line for a shell that sends a text to the sample phone, whose user has just written."""
    own_certificate = "k" if ready.base_url.startswith("https:") else ""
    body = (
        f'{{"messaging_product":"whatsapp","to":"{SAMPLE_PHONE}","type":"text","text":{{"body":"Hello from Waypost"}}}}'
    )
    words = [
        f"-s{own_certificate}",
        f"{ready.base_url}/v24.0/{ready.phone_number_id}/messages",
        "-H", f"Authorization: Bearer {ready.token}",
        "-H", "Content-Type: application/json",
        "-d", body,
    ]  # fmt: skip
    return shlex.join(["curl", *words])


def _rows(ready: ReadyInfo) -> list[tuple[str, str]]:
    return [
        ("base URL", ready.base_url),
        ("phone_number_id", ready.phone_number_id),
        ("token", ready.token or "as it was given, or printed by the first process that started"),
        ("app secret", ready.app_secret),
        ("admin token", ready.admin_token),
        ("console", ready.console_url),
    ]


def _print_in_colour(ready: ReadyInfo, out: TextIO) -> None:
    from rich.console import Console
    from rich.text import Text

    # Soft wrapping: a terminal may break a long line on the screen, but what is copied from it is one line.
    console = Console(file=out, soft_wrap=True, highlight=False)
    console.print(Text(f"Waypost {__version__} is ready.", style="bold green"), end="\n\n")
    for label, value in _rows(ready):
        console.print(Text.assemble((f"  {label:<16} ", "dim"), (value, "bold")))
    if not ready.token:
        return
    console.print(Text("\nSend a first message:", style="dim"), end="\n\n")
    console.print(Text(curl_line(ready), style="cyan"), end="\n\n")
