"""What a chat offers before anything was written: a welcome, prompts, commands.

# spec: cloud-api.md#13.7
"""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType


class Command(Struct, frozen=True):
    """One that begins with a slash."""

    command_name: Annotated[str, Meta(min_length=1, max_length=32)]
    command_description: Annotated[str, Meta(min_length=1, max_length=256)]


class Automation(Struct, frozen=True):
    """What is set for a number."""

    enable_welcome_message: bool = False
    prompts: list[str] = []
    commands: list[Command] = []


class AutomationChange(Struct, frozen=True):
    """What is to change; the limits are (unconfirmed)."""

    enable_welcome_message: bool | UnsetType = UNSET
    prompts: Annotated[list[Annotated[str, Meta(min_length=1, max_length=80)]], Meta(max_length=4)] | UnsetType = UNSET
    commands: Annotated[list[Command], Meta(max_length=30)] | UnsetType = UNSET
