"""`waypost demo`: the server with a sample conversation."""

import click

from waypost.cli.options import with_settings
from waypost.settings import Settings


@click.command()
@with_settings
def demo(settings: Settings) -> None:  # noqa: ARG001 - the frame; the conversation comes with the server
    """Run the server and show a sample conversation in each dialect."""
    raise click.ClickException("the demo is not built yet; run `waypost serve` and the line that it prints.")
