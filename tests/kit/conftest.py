"""A program that sends, and a phone that gets it."""

import pytest
from tests.support.program import Program

from waypost.testing import Phone, Waypost


@pytest.fixture
def program(waypost: Waypost) -> Program:
    return Program(waypost)


@pytest.fixture
def ann(waypost: Waypost) -> Phone:
    """A phone whose user has written, so that its window is open."""
    phone = waypost.phone("+1 (555) 123-4567", name="Ann")
    phone.says("Hello")
    return phone
