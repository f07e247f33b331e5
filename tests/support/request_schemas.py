"""Every schema that a JSON request is read with, found in the source: whoever reads a body names it there."""

import ast
import importlib
from collections.abc import Iterator
from functools import cache, reduce
from operator import or_
from pathlib import Path
from typing import Any

import waypost
from waypost.wire.interactive import KINDS
from waypost.wire.messages import audio, contacts, document, image, location, reaction, sticker, template, text, video

SOURCE = Path(waypost.__file__).parent
_READERS = {"parse": 0, "body_of": 1, "parameters": 1}
"""The functions that read a body, and which of their arguments is the schema."""
_ANYTHING = frozenset({"schema", "dict[str, object]", "dict[str, Any]", "list[object]"})
"""What is handed through, and what describes no body."""

CONTENTS: dict[str, Any] = {
    "text": text.Text,
    "image": image.Image,
    "audio": audio.Audio,
    "video": video.Video,
    "document": document.Document,
    "sticker": sticker.Sticker,
    "location": location.Location,
    "contacts": list[contacts.Card],
    "reaction": reaction.Reaction,
    "interactive": reduce(or_, KINDS),
    "template": template.Template,
}
"""What stands under the name of each message type."""


@cache
def found() -> dict[str, Any]:
    """Return the schemas by `module:name`; Any: types. It reads the whole source, which takes a second: once."""
    return dict(sorted(each for path in sorted(SOURCE.rglob("*.py")) for each in _read_in(path)))


def _read_in(path: Path) -> Iterator[tuple[str, Any]]:
    source = path.read_text("utf-8")
    if not any(f"{reader}(" in source for reader in _READERS):
        return  # parsing is what takes long
    name = ".".join(["waypost", *path.relative_to(SOURCE).with_suffix("").parts]).removesuffix(".__init__")
    for node in ast.walk(ast.parse(source)):
        schema = _schema_of(node)
        if schema is not None:
            module = importlib.import_module(name)
            kind = eval(ast.unparse(schema), vars(module))  # a name, or list[name], of our own source
            yield f"{module.__name__}:{ast.unparse(schema)}", kind


def _schema_of(node: ast.AST) -> ast.expr | None:
    """Return the argument of a call that names a schema, unless it is handed through."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _READERS):
        return None
    if len(node.args) < 2:
        return None
    schema = node.args[_READERS[node.func.id]]
    is_named = isinstance(schema, ast.Name | ast.Attribute | ast.Subscript)
    return schema if is_named and ast.unparse(schema) not in _ANYTHING else None
