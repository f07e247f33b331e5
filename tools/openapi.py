"""Print the OpenAPI document of a running server without starting one: the console's types are made from it."""

import sys

import msgspec
from tools.gen_routes import faces

from waypost.api.openapi import document


def document_bytes() -> bytes:
    """Return the document as JSON with a line for each member, so that two of them can be compared."""
    return msgspec.json.format(msgspec.json.encode(document(faces())), indent=1) + b"\n"


if __name__ == "__main__":
    sys.stdout.buffer.write(document_bytes())
