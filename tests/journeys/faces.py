"""Marks for journeys that not every face has: each runs the journey on the faces that it names, and on no other."""

import pytest

META = pytest.mark.parametrize("face", ["meta"])
PROXY = pytest.mark.parametrize("face", ["proxy"])
CLOUD = pytest.mark.parametrize("face", ["meta", "proxy"])
"""Both faces of the Cloud dialect: Meta's paths, and 360dialog's proxy."""
ONPREM = pytest.mark.parametrize("face", ["onprem"])
