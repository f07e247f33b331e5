"""The settings in force, as the control API shows them."""

from typing import Literal, cast

from waypost import __version__
from waypost.lib.store_urls import without_password
from waypost.settings import Option, Settings, options
from waypost.wire.control.settings import SettingsView, SettingView

_HIDDEN = "***"


def settings_view(settings: Settings) -> SettingsView:
    """Return every setting with its source; nothing in it is a secret."""
    return SettingsView(
        settings=[_view(option, settings) for option in options()],
        version=__version__,
        store=settings.store_place.scheme,
        media=settings.media_place.scheme,
        role=settings.role,
    )


def _view(option: Option, settings: Settings) -> SettingView:
    value = getattr(settings, option.name)
    source = settings.sources.get(option.name, "default")
    return SettingView(
        name=option.name,
        value=None if value in (None, ()) else _HIDDEN if option.reader.is_secret else _words(value),
        # cast: the loader writes no others
        source=cast('Literal["flag", "environment", "file", "default"]', source),
        help=option.help,
        default=option.default,
        option=option.flag,
        variable=option.variable,
    )


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return without_password(str(value))
