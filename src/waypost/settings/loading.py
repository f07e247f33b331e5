"""How settings are read: from a flag, else a `WAYPOST_...` variable, else `waypost.toml`, else the default.

Every mistake is told at once, and in one voice, wherever the value came from.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from waypost.lib.store_urls import without_password
from waypost.settings.fields import PREFIX, Option, Settings, is_loopback, options

DEFAULT_FILE = Path("waypost.toml")
_AWS = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL",
)


class SettingsError(Exception):
    """The settings cannot be used; `mistakes` has one sentence for each reason."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


def load(
    flags: Mapping[str, object],
    environ: Mapping[str, str] | None = None,
    toml_path: Path | None = None,
    *,
    opens_console: bool = True,
    is_worker: bool = False,
) -> Settings:
    """Return the settings; None for `environ` means that of the process, for `toml_path` no file.

    A flag that is None, or an empty variable, counts as not given. A console that others can reach needs a password;
    what opens none does not. A worker, and what works beside one, need PostgreSQL. Raises `SettingsError` with all
    mistakes at once.
    """
    mistakes: list[str] = []
    environ = os.environ if environ is None else environ
    given = {
        **_from_file(toml_path, mistakes),
        **_from_environment(environ, mistakes),
        **{name: _Given(raw, "flag") for name, raw in flags.items() if raw is not None and raw != ()},
    }
    values: dict[str, Any] = {}  # Any: each reader gives the type of its own field
    for option in options():
        if (item := given.get(option.name)) is not None:
            try:
                values[option.name] = option.reader.read(item.raw)
            except ValueError as wrong:
                mistakes.append(f"{_shown(option, item)}: {wrong}; write {option.reader.values}.")
    host = values.get("host", "127.0.0.1")
    if opens_console and "admin_password" not in given and not is_loopback(host):
        mistakes.append(_open_console(host))
    is_shared = is_worker or (opens_console and values.get("role") == "api")
    if is_shared and not _can_be_shared(values, given):
        mistakes.append(_not_shared("waypost worker" if is_worker else "role api"))
    if mistakes:
        raise SettingsError(mistakes)
    return Settings(
        **values,
        aws={name: environ[name] for name in _AWS if environ.get(name)},
        sources={name: item.source for name, item in given.items()},
    )


def environment_for_child() -> dict[str, str]:
    """Return the environment for a server of a test: that of the process, without any setting of Waypost."""
    return {variable: value for variable, value in os.environ.items() if not variable.startswith(PREFIX)}


class _Given(NamedTuple):
    raw: object
    source: Literal["flag", "environment", "file"]


def _from_file(path: Path | None, mistakes: list[str]) -> dict[str, _Given]:
    if path is None:
        return {}
    import tomllib

    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as wrong:
        mistakes.append(f"{path}: cannot be read ({wrong.strerror}); correct the path or its permissions.")
        return {}
    except ValueError as wrong:
        mistakes.append(f"{path}: is not TOML ({wrong}); correct that line.")
        return {}
    known = [option.name for option in options()]
    mistakes += [_unknown(f"{key} in {path}", key, known) for key in table if key not in known]
    return {key: _Given(value, "file") for key, value in table.items()}


def _from_environment(environ: Mapping[str, str], mistakes: list[str]) -> dict[str, _Given]:
    known = {option.variable: option.name for option in options()}
    given = {}
    for variable in sorted(environ):
        if not variable.startswith(PREFIX) or not environ[variable] or _is_service_link(variable, environ[variable]):
            continue
        if variable in known:
            given[known[variable]] = _Given(environ[variable], "environment")
        else:
            mistakes.append(_unknown(f"{variable} in the environment", variable, list(known)))
    return given


def _is_service_link(variable: str, value: str) -> bool:
    # Kubernetes sets these in every pod beside a service that is called waypost; nobody meant them for us.
    if variable == PREFIX + "PORT":
        return value.startswith("tcp://")
    return re.match(PREFIX + r"(SERVICE_(HOST|PORT)|PORT_\d+_)", variable) is not None


def _unknown(where: str, name: str, known: list[str]) -> str:
    import difflib

    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else "take it out; `waypost serve --help` lists what there is."
    return f"{where}: there is no such setting; {hint}"


def _shown(option: Option, item: _Given) -> str:
    value = "***" if option.reader.is_secret else item.raw
    if isinstance(value, str):
        value = without_password(value)
    match item.source:
        case "flag":
            return f"{option.flag} {' '.join(value) if isinstance(value, tuple) else value}"
        case "environment":
            return f"{option.variable}={value}"
        case "file":
            return f"{option.name} = {value!r} in the settings file"


def _can_be_shared(values: Mapping[str, object], given: Mapping[str, _Given]) -> bool:
    """Return whether the store is PostgreSQL; one that was mistaken has been told of already."""
    store = values.get("store")
    return str(store).startswith("postgresql://") if store is not None else "store" in given


def _not_shared(who: str) -> str:
    return f"{who}: several processes can share PostgreSQL only; set --store to `postgresql://user:password@host/database`."


def _open_console(host: str) -> str:
    return (
        f"host {host}: others can reach this address, so the console needs a password; "
        f"set {PREFIX}ADMIN_PASSWORD, or listen on 127.0.0.1."
    )
