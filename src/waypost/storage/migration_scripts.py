"""The migrations: one numbered list, with a script for each database under every number."""

from importlib import resources
from typing import Literal


def read_migrations(database: Literal["sqlite", "postgres"]) -> list[str]:
    """Return the scripts of the schema in order: 0001_..., 0002_..., without a gap."""
    folder = resources.files("waypost.storage").joinpath("migrations").joinpath(database)
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return [folder.joinpath(name).read_text("utf-8") for name in names]
