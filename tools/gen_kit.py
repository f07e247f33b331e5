"""The test kit as its source describes it: fixtures, settings, and the members of each class."""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

SRC = Path(__file__).parents[1] / "src" / "waypost"
PLUGIN = SRC / "pytest_plugin.py"
_CLASSES = [
    ("The server", "server", ["Waypost"]),
    ("A phone: what its user does", "phone", ["Phone"]),
    ("A phone: what is expected of it", "expecting", ["Expecting"]),
    ("A message", "messages", ["Message", "Media", "Button", "Row", "Location", "Contact", "Written"]),
    ("The clock and the rules", "world", ["Clock", "Rules"]),
    ("The webhook", "webhooks", ["Webhooks"]),
    ("What the webhook was told", "events", ["Event", "Call"]),
    ("What the server refused", "refusals", ["Refusal"]),
    ("Without pytest", "server", ["running"]),
    ("A program in a thread", "bots", ["serving"]),
]

Rows = list[tuple[str, str]]
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def fixture_rows() -> Rows:
    """Return each fixture with what it gives."""
    functions = (node for node in _tree(PLUGIN).body if isinstance(node, ast.FunctionDef))
    return [(f"`{node.name}`", _said(node)) for node in functions if _is_fixture(node)]


def setting_rows() -> list[tuple[str, str, str]]:
    """Return each setting of pytest's file with its default and its meaning."""
    calls = (node for node in ast.walk(_tree(PLUGIN)) if isinstance(node, ast.Call))
    return [_setting(call) for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "addini"]


def sections() -> Iterator[tuple[str, str, Rows]]:
    """Yield a title, what is said below it, and the members, for each class of the kit."""
    for title, module, names in _CLASSES:
        found = {node.name: node for node in _tree(SRC / "testing" / f"{module}.py").body if isinstance(node, _NAMED)}
        for name in names:
            node = found[name]
            rows = list(_members(node)) if isinstance(node, ast.ClassDef) else [(_call(node), _said(node))]
            text = _paragraphs(node) if isinstance(node, ast.ClassDef) else ""
            yield (title if name == names[0] else f"{name}"), text, rows


_INNER = ("raw", "source", "path")
_NAMED = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def _members(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for position, each in enumerate(node.body):
        if isinstance(each, _Function) and not each.name.startswith("_"):
            yield (f"`{each.name}`" if _is_property(each) else _call(each)), _said(each)
        elif isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name) and each.target.id not in _INNER:
            yield f"`{each.target.id}`", _text_after(node.body, position)
    yield from _assigned(node)


def _assigned(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    """Yield the public attributes that the constructor sets, with the text that stands after them."""
    made = next((each for each in node.body if isinstance(each, _Function) and each.name == "__init__"), None)
    for position, each in enumerate(made.body if made else []):
        target = each.targets[0] if isinstance(each, ast.Assign) else None
        if isinstance(target, ast.Attribute) and not target.attr.startswith("_") and made and _class_of(each):
            yield f"`{target.attr}`", _text_after(made.body, position) or f"See {_class_of(each)} below."


def _class_of(node: ast.stmt) -> str:
    value = node.value if isinstance(node, ast.Assign) else None
    return value.func.id if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) else ""


def _text_after(body: Sequence[ast.stmt], position: int) -> str:
    following = body[position + 1] if position + 1 < len(body) else None
    is_text = isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant)
    return " ".join(str(following.value.value).split()) if is_text else ""  # type: ignore[union-attr]  # as just seen


def _call(node: _Function) -> str:
    arguments = node.args
    for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg):
        if each is not None:
            each.annotation = None
    return f"`{node.name}({ast.unparse(arguments).removeprefix('self').removeprefix(', ')})`"


def _paragraphs(node: ast.ClassDef) -> str:
    paragraphs = (ast.get_docstring(node) or "").split("\n\n")
    return "\n\n".join(" ".join(each.split()) for each in paragraphs)


def _said(node: _Function) -> str:
    return " ".join((ast.get_docstring(node) or "").split())


def _is_fixture(node: ast.FunctionDef) -> bool:
    is_marked = any("fixture" in ast.unparse(each) for each in node.decorator_list)
    return is_marked and node.name != "waypost_session"


def _is_property(node: _Function) -> bool:
    return any("property" in ast.unparse(each) for each in node.decorator_list)


def _setting(call: ast.Call) -> tuple[str, str, str]:
    name, meaning = (str(ast.literal_eval(each)) for each in call.args)
    default = str(ast.literal_eval(call.keywords[0].value))
    return f"`{name}`", f"`{default}`" if default else "", meaning


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))
