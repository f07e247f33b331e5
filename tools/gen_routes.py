"""The route tables without a server behind them, for the reference page and the tests of the OpenAPI document."""

from collections.abc import Iterator
from typing import Any

from waypost.api.openapi import Face, summary_of
from waypost.app.faces import all_faces
from waypost.app.faces.control import Operator, control_face


class _Absent:
    """Stands for every part that a handler would use; no handler is called here."""

    def __getattr__(self, name: str) -> "_Absent":
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *_: object) -> "_Absent":
        return self


def faces() -> list[Face]:
    """Return every face; its paths are the same in every process."""
    nothing: Any = _Absent()  # Any: it stands for parts of many types
    return all_faces(nothing, control_face(nothing, Operator("", "", ""), start=nothing, poster=nothing))


def route_rows() -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    """Yield each face's title with a row for each of its routes."""
    for face in faces():
        rows: list[tuple[str, ...]] = [
            (route.method, f"`{face.prefix}{route.path}`", summary_of(route.handler)) for route in face.routes
        ]
        yield face.title, rows
