"""The registry: every name leads to a part, and every place that settings accept has one."""

import pytest

from waypost.registry import BLOBS, POSTERS, STORES, UPSTREAMS, load
from waypost.settings import Settings

PATHS = [*STORES.values(), *BLOBS.values(), *POSTERS.values(), *UPSTREAMS.values()]


@pytest.mark.parametrize("path", PATHS)
def test_every_name_leads_to_a_class(path: str) -> None:
    assert isinstance(load(path), type)


def test_the_places_of_the_default_settings_have_a_part() -> None:
    settings = Settings()

    assert settings.store_place.scheme in STORES
    assert settings.media_place.scheme in BLOBS
