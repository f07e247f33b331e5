"""Changes a body of JSON as JSON: a value becomes another, goes, comes twice, or takes another name."""

import json
import random
from collections.abc import Callable
from typing import Any

Bytewise = Callable[[bytes, int], bytes]
Place = tuple[Any, Any]  # Any: an array or an object of JSON, and an index or a name in it

ODD: list[Any] = [  # Any: JSON
    None, True, False, 0, 1, -1, 2**53, 2**63, 2**64, 0.5, -1e308, "", " ", "0", "a", "x" * 1025, "ü\u202e", "\ud800",
    "a\nb", "{{1}}", "{{1}} {{2}}", "15550001111", "+55 82 99988-7766", "https://a.example/b.jpg", "basic/http://a/",
    "{}", "[]", '{"a":1}', [], {}, [[]], [None], {"id": "1"}, {"link": "http://a.example"}, {"type": "text"},
]  # fmt: skip


def changed(data: bytes, max_size: int, seed: int, bytewise: Bytewise, words: list[str]) -> bytes:
    """Return a body with up to three changes; one in five, and what is no JSON, is changed byte by byte."""
    chance = random.Random(seed)
    whole: dict[str, Any] = {}
    try:
        whole["body"] = json.loads(data)
        places = list(_places(whole))
    except (ValueError, RecursionError):
        places = []
    if not places or chance.random() < 0.2:
        return bytewise(data, max_size)
    for _ in range(chance.randint(1, 3)):
        _change(chance, list(_places(whole)), bytewise, words)
    return json.dumps(whole.get("body"), ensure_ascii=chance.random() < 0.8).encode("utf-8", "replace")[:max_size]


def _places(holder: Any) -> list[Place]:
    """Return every place in a value, itself left out."""
    entries = list(holder.items() if isinstance(holder, dict) else enumerate(holder))
    inner = [place for _, value in entries if isinstance(value, dict | list) for place in _places(value)]
    return [(holder, key) for key, _ in entries] + inner


def _change(chance: random.Random, places: list[Place], bytewise: Bytewise, words: list[str]) -> None:
    if not places:
        return
    holder, key = chance.choice(places)
    other_holder, other_key = chance.choice(places)
    value, other = holder[key], _copied(other_holder[other_key])
    match chance.randrange(7):
        case 0:
            del holder[key]
        case 1:
            holder[key] = other
        case 2:
            holder[key] = [value, other]
        case 3 if isinstance(holder, list):
            holder.insert(key, other)
        case 3 | 4 if isinstance(holder, dict):
            holder[chance.choice(words)] = _copied(chance.choice([value, other, *ODD]))
        case 5 if isinstance(value, str):
            holder[key] = bytewise(value.encode("utf-8", "replace"), 2_000).decode("utf-8", "replace")
        case _:
            holder[key] = _copied(chance.choice([*ODD, *words]))


def _copied(value: Any) -> Any:
    return json.loads(json.dumps(value))
