"""Messages as a terminal shows them: a bubble a line, the business on the right, with ticks."""

from datetime import datetime
from typing import Any

from rich.align import Align
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.text import Text

_TICKS = {"accepted": ("🕓", "dim"), "sent": ("✓", "dim"), "delivered": ("✓✓", "dim"), "read": ("✓✓", "bright_blue")}
_WIDEST = 64


def bubble(message: dict[str, Any]) -> RenderableType:
    """Return a message of the control API as a bubble: what the user wrote on the left, what was sent on the right."""
    is_ours = message["direction"] == "outbound"
    lines = [Text(message["preview"])]
    if message["fault"] is not None:
        lines.append(Text(_sentence(message["fault"]), style="red"))
    lines.append(_foot(message))
    colour = "red" if message["fault"] else "green" if is_ours else "white"
    panel = Panel(Group(*lines), width=_width(lines), border_style=colour, padding=(0, 1))
    return Align(panel, "right" if is_ours else "left")


def change(message: dict[str, Any]) -> RenderableType:
    """Return a later status of a message that was shown before, as one line."""
    fault = f" {_sentence(message['fault'])}" if message["fault"] else ""
    words = Text(f"{message['status']}{fault}  ", style="red" if fault else "dim")
    return Align(words.append(message["preview"][:40], style="dim italic"), "right")


def refusal(refused: dict[str, Any]) -> RenderableType:
    """Return a request that was refused, as one line: there is no message of it."""
    at = datetime.fromisoformat(refused["at"]).astimezone()
    times = f" ({refused['count']} times)" if refused["count"] > 1 else ""
    line = Text(f"✗ refused {refused['code']}: {refused['sentence']}{times}  ", style="red")
    return Align(line.append(f"{refused['method']} {refused['path']}  {at:%H:%M:%S}", style="dim"), "right")


def terminal() -> Console:
    """Return where bubbles are shown."""
    return Console(highlight=False)


def _foot(message: dict[str, Any]) -> Text:
    at = datetime.fromisoformat(message["at"]).astimezone()
    who = message["wa_id"] if message["direction"] == "inbound" else f"to {message['wa_id']}"
    kind = "" if message["type"] == "text" else f"  {message['type']}"
    foot = Text(f"{who}{kind}  {at:%H:%M:%S} ", style="dim")
    if message["direction"] == "outbound":
        foot.append(*_TICKS.get(message["status"] or "accepted", ("✗", "red")))
    return foot


def _sentence(fault: dict[str, Any]) -> str:
    return f"{fault['code']}: {fault['details'] or fault['title']}"


def _width(lines: list[Text]) -> int:
    return min(_WIDEST, max(line.cell_len for line in lines) + 4)
