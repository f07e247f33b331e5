"""The command line: one file per command, and nothing heavy imported before a command needs it."""

import click

from waypost import __version__
from waypost.cli.backup import backup, restore
from waypost.cli.demo import demo
from waypost.cli.doctor import doctor
from waypost.cli.env import env
from waypost.cli.migrate import migrate
from waypost.cli.serve import serve
from waypost.cli.worker import worker

_WIDTHS = {"help_option_names": ["-h", "--help"], "max_content_width": 120}


@click.group(context_settings=_WIDTHS, commands=[serve, worker, demo, env, doctor, migrate, backup, restore])
@click.version_option(__version__, prog_name="waypost")
def run() -> None:
    """Waypost: a self-hosted WhatsApp Business API server.

    Every option is also a setting in waypost.toml and a WAYPOST_... variable.
    """
