"""The files for containers: linted, and in step with the settings and commands that they name."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from waypost.cli import run
from waypost.settings import Settings, load, options

ROOT = Path(__file__).parents[2]
COMPOSE: Any = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8")
OUR_SERVICES = {name: each for name, each in COMPOSE["services"].items() if "build" in each}


def test_the_dockerfile_is_without_fault() -> None:
    linter = Path(sys.executable).with_name("hadolint")

    found = subprocess.run([linter, ROOT / "deploy/Dockerfile"], capture_output=True, text=True, check=False)

    assert (found.returncode, found.stdout) == (0, "")


def test_every_variable_of_ours_is_a_setting() -> None:
    named = set(re.findall(r"WAYPOST_[A-Z_]+", DOCKERFILE))
    for service in OUR_SERVICES.values():
        named |= {name for name in service["environment"] if name.startswith("WAYPOST_")}

    assert named <= {option.variable for option in options()}


_GIVEN = {"WAYPOST_SECRETS_KEY": f"{'A' * 43}=", "WAYPOST_PUBLIC_URL": "https://whatsapp.example.com"}


def settings_in(service: str) -> Settings:
    environ = dict(re.findall(r"(WAYPOST_\w+)=(\S+)", DOCKERFILE)) | COMPOSE["services"][service]["environment"]
    opens_console = COMPOSE["services"][service]["command"][0] == "serve"
    return load(
        {}, {name: re.sub(r"\$\{.*?\}", _GIVEN.get(name, "5550123456"), value) for name, value in environ.items()},
        opens_console=opens_console,
    )  # fmt: skip


@pytest.mark.parametrize("service", OUR_SERVICES)
def test_what_a_container_is_given_can_be_used(service: str) -> None:
    settings = settings_in(service)

    assert settings.store_place.scheme == "postgresql"
    assert settings.media_place.scheme == "s3"


def test_a_worker_is_asked_where_it_answers() -> None:
    worker = settings_in("worker")

    assert f"http://127.0.0.1:{worker.worker_port}/ready" in COMPOSE["services"]["worker"]["healthcheck"]["test"][-1]
    assert worker.worker_host == "0.0.0.0"


def test_every_command_of_ours_is_there() -> None:
    commands = {service["command"][0] for service in OUR_SERVICES.values() if "command" in service}
    commands |= set(re.findall(r'^CMD \["(\w+)"', DOCKERFILE, flags=re.MULTILINE))

    assert commands <= set(run.commands)
    assert "serve" in commands


def test_services_volumes_and_variables_hang_together() -> None:
    services = COMPOSE["services"]
    awaited = {name for service in services.values() for name in service.get("depends_on", ())}
    mounted = {volume.partition(":")[0] for service in services.values() for volume in service.get("volumes", ())}
    reached = set(re.findall(r"(?:@|http://|=)(postgres|objects)\b", str(COMPOSE)))

    assert awaited | reached <= set(services)
    assert mounted == set(COMPOSE["volumes"])


def test_the_object_store_is_one_that_hears_its_keys() -> None:
    versions = {COMPOSE["services"][name]["image"].rpartition(":")[2] for name in ("objects", "bucket")}
    major, minor = next(iter(versions)).split(".")

    assert len(versions) == 1
    assert (int(major), int(minor)) >= (3, 96)


def test_the_page_names_every_variable_that_compose_asks_for() -> None:
    asked = set(re.findall(r"\$\{([A-Z0-9_]+):\?\}", (ROOT / "deploy/compose.yaml").read_text(encoding="utf-8")))
    page = (ROOT / "docs/how-to/run-in-production.md").read_text(encoding="utf-8")

    assert asked == set(re.findall(r"^([A-Z0-9_]+)=", page, flags=re.MULTILINE))


def test_the_image_has_the_versions_that_the_tests_ran_with() -> None:
    pinned = re.compile(r"^([a-z0-9-]+)==(\S+)", flags=re.MULTILINE)
    tested = set(pinned.findall((ROOT / "constraints.txt").read_text(encoding="utf-8")))
    shipped = set(pinned.findall((ROOT / "deploy/requirements.txt").read_text(encoding="utf-8")))

    assert {"asyncpg", "httptools", "obstore"} <= {name for name, _ in shipped}
    assert shipped <= tested
