"""The settings of the server: what there is (`fields`), and how it is read (`loading`)."""

from waypost.settings.fields import Option, Place, ReadyInfo, Settings, is_loopback, options
from waypost.settings.loading import DEFAULT_FILE, SettingsError, environment_for_child, load

__all__ = [
    "DEFAULT_FILE",
    "Option",
    "Place",
    "ReadyInfo",
    "Settings",
    "SettingsError",
    "environment_for_child",
    "is_loopback",
    "load",
    "options",
]
