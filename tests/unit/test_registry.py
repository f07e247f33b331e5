"""The registry: every name leads to a part, and every place that settings accept has one."""

import re
from pathlib import Path

import pytest

from waypost import registry
from waypost.registry import BLOBS, POSTERS, STORES, load
from waypost.settings import Settings

APP = Path(registry.__file__).parent / "app"
PATHS = [*STORES.values(), *BLOBS.values(), *POSTERS.values()]


@pytest.mark.parametrize("path", PATHS)
def test_every_name_leads_to_a_class(path: str) -> None:
    assert isinstance(load(path), type)


def test_the_places_of_the_default_settings_have_a_part() -> None:
    settings = Settings()

    assert settings.store_place.scheme in STORES
    assert settings.media_place.scheme in BLOBS


def test_every_list_of_parts_is_loaded_from() -> None:
    sources = "".join(path.read_text() for path in APP.glob("*.py"))

    assert {name for name in vars(registry) if name.isupper()} == set(re.findall(r"registry\.([A-Z]+)\[", sources))
