"""The control API's answer about the settings in force."""

from typing import Literal

from msgspec import Struct


class SettingView(Struct):
    """A setting, and how it is given; secrets are stars, `value` is null for what has none."""

    name: str
    value: str | None
    source: Literal["flag", "environment", "file", "default"]
    help: str
    default: str
    option: str
    variable: str


class SettingsView(Struct):
    """Every setting as it is in force, and what is behind it; `store` and `media` are the kinds of places."""

    settings: list[SettingView]
    version: str
    store: str
    media: str
    role: str
