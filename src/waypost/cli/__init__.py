"""The command line: one file per command, and nothing heavy imported before a command needs it."""

import click

from waypost import __version__
from waypost.cli.backup import backup, restore
from waypost.cli.completion import completion
from waypost.cli.demo import demo
from waypost.cli.doctor import doctor
from waypost.cli.env import env
from waypost.cli.listen import listen
from waypost.cli.migrate import migrate
from waypost.cli.record import record
from waypost.cli.redeliver import redeliver
from waypost.cli.send import send
from waypost.cli.serve import serve
from waypost.cli.tail import tail
from waypost.cli.transfer import export, import_
from waypost.cli.trigger import trigger
from waypost.cli.worker import worker

_SERVING = (serve, worker, demo, env, doctor)
_DAILY = (send, trigger, tail, listen, redeliver, record, export, import_, completion)
_KEEPING = (migrate, backup, restore)
_WIDTHS = {"help_option_names": ["-h", "--help"], "max_content_width": 120}


@click.group(context_settings=_WIDTHS, commands=[*_SERVING, *_DAILY, *_KEEPING])
@click.version_option(__version__, prog_name="waypost")
def run() -> None:
    """Waypost: a self-hosted WhatsApp Business API server.

    Every option is also a setting in waypost.toml and a WAYPOST_... variable.
    """
