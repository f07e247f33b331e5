"""`waypost redeliver`: tell webhooks again what they were told, or what was given up."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from waypost.cli.reach import show_json, with_server

if TYPE_CHECKING:
    from waypost.lib.control_client import ControlClient

_STATES = ("dead", "cancelled", "dropped", "done")
_PATH = "/webhooks/deliveries"
_MOMENT = "platform time, such as 2026-11-30T09:00; in this machine's zone unless it names one"


def _moment(context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    """Return a moment in ISO 8601 with its zone; ends the command if it is none."""
    _ = context, option
    try:
        return None if value is None else datetime.fromisoformat(value).astimezone().isoformat()
    except (ValueError, OverflowError):
        raise click.BadParameter(f"{value!r} is no moment in ISO 8601, such as 2026-11-30T09:00.") from None


@click.command()
@with_server
@click.argument("deliveries", nargs=-1, metavar="[DELIVERY_ID]...")
@click.option("--state", type=click.Choice(_STATES), help="Those that ended so. [default: dead]")
@click.option("--number", help="Only of this phone_number_id.")
@click.option("--message", metavar="ID", help="Only of this message.")
@click.option("--kind", help="Only these: status, message, or a webhook field.")
@click.option("--from", "since", callback=_moment, help=f"Only of events from then on: {_MOMENT}.")
@click.option("--to", "until", callback=_moment, help="Only of events before then.")
@click.option("--dry-run", is_flag=True, help="Only count them.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def redeliver(server: "ControlClient", *, deliveries: tuple[str, ...], as_json: bool, **wish: Any) -> None:
    """Deliver again, with the same ids and bytes: each DELIVERY_ID, or all that were given up, the oldest first.

    The options choose others than all that were given up; the console and the control API show the ids of deliveries.
    """
    if not deliveries:
        _all(server, wish, as_json=as_json)
        return
    if any(wish.values()):
        raise click.UsageError("give ids of deliveries, or options that choose them, not both.")
    for delivery in deliveries:
        told = server.call("POST", f"{_PATH}/{delivery}/redeliver")
        show_json(told) if as_json else click.echo(f"{told['id']}  {told['kind']} → {told['url']}")


def _all(server: "ControlClient", wish: dict[str, Any], *, as_json: bool) -> None:
    named = {"from": wish.pop("since"), "to": wish.pop("until")} | wish
    answers = list(server.steps(f"{_PATH}/redeliver", named))
    count, nowhere = (sum(answer[name] for answer in answers) for name in ("deliveries", "nowhere"))
    if as_json:
        show_json({"deliveries": count, "nowhere": nowhere})
        return
    click.echo(f"{'would go' if wish['dry_run'] else 'going'} out again: {count:,}")
    if nowhere:
        click.echo(f"left as they are, since their number or endpoint has no webhook any more: {nowhere:,}")
