"""The composition root: settings in, running server out. Nothing else knows which concrete parts are in use."""

from waypost.app.parts import Parts
from waypost.app.serving import serve, start
from waypost.app.working import work

__all__ = ["Parts", "serve", "start", "work"]
