"""`waypost env`: the variables to paste into a client program."""

import json
import shlex
from dataclasses import replace

import click

from waypost.cli.options import refuse, with_settings
from waypost.cli.programs import PROGRAMS, Access, Program
from waypost.cli.reach import answer_of, client_for, said_plainly
from waypost.lib.samples import account_of
from waypost.settings import ReadyInfo, Settings

_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where to call a server that listens everywhere


@click.command()
@click.option("--client", type=click.Choice(tuple(PROGRAMS)), default="generic", help="Client program to configure.")
@click.option("--new-token", is_flag=True, help="Make a token for it: of the server that runs over --data.")
@click.option("--json", "as_json", is_flag=True, help="Print the variables as one JSON object.")
@with_settings
def env(settings: Settings, client: str, *, new_token: bool, as_json: bool) -> None:
    """Print the variables to paste into a client program."""
    access = access_from(settings)
    if new_token:
        access = replace(access, token=_made_token(settings, access))
    if "{waba_id}" in PROGRAMS[client].hint:
        access = replace(access, waba_id=_account(settings, access.phone_number_id))
    if as_json:
        click.echo(json.dumps(dict(PROGRAMS[client].variables(access))))
    else:
        click.echo("\n".join(env_lines(PROGRAMS[client], access)))
    if not access.token:
        click.echo(
            "The token is not in the settings: copy it from what `waypost serve` printed, make one with --new-token, "
            "or name the --ready-file of the running server.",
            err=True,
        )
    elif empty := [name for name, value in PROGRAMS[client].variables(access) if not value]:
        click.echo(
            f"{', '.join(empty)}: the app secret is not in the settings; copy it from what `waypost serve` printed, "
            "or name the --ready-file of the running server.",
            err=True,
        )


def env_lines(program: Program, access: Access) -> list[str]:
    """Return the hint and the code as comments, and a line for each variable between them."""
    hint = program.hint.format(
        url=access.base_url,
        number=access.phone_number_id,
        waba_id=access.waba_id,
        token=access.token or "the token",
    )
    variables = [f"{name}={shlex.quote(value) if value else ''}" for name, value in program.variables(access)]
    return [f"# {hint}", *variables, *(f"#     {line}" for line in program.code)]


def access_from(settings: Settings) -> Access:
    """Return how to reach the server: by its ready file, by the note that it leaves while it runs, or as it is set."""
    ready = _ready_from(settings)
    if ready is not None:
        return Access(ready.base_url, ready.phone_number_id, ready.token, ready.app_secret)
    return Access(_address(settings), settings.number, settings.token or "", settings.app_secret or "")


def _address(settings: Settings) -> str:
    from waypost.lib import note

    if left := note.read(settings.data):
        return left.base_url
    if settings.port == 0:
        refuse(["--port 0: the port is chosen when the server starts; name its --ready-file, or the port it printed."])
    host = _ANY_ADDRESS.get(settings.host, settings.host)
    shown = f"[{host}]" if ":" in host else host
    return f"{'https' if settings.tls else 'http'}://{shown}:{settings.port}"


def _made_token(settings: Settings, access: Access) -> str:
    with said_plainly():
        made = client_for(settings, None).call("POST", "/tokens", {"phone_number_id": access.phone_number_id})
        return str(made["token"])


def _account(settings: Settings, number: str) -> str:
    """Return the account of a number as the running server knows it; if none runs, that of its first start."""
    from waypost.lib import note

    known = answer_of(note.read(settings.data), f"/numbers/{number}")
    return str(known["waba_id"] if known else account_of(int(number)))


def _ready_from(settings: Settings) -> ReadyInfo | None:
    import msgspec

    if settings.ready_file is None or not settings.ready_file.exists():
        return None
    try:
        return msgspec.json.decode(settings.ready_file.read_bytes(), type=ReadyInfo)
    except (OSError, msgspec.MsgspecError) as wrong:
        refuse([f"--ready-file {settings.ready_file}: is not what the server writes ({wrong}); name the right file."])
