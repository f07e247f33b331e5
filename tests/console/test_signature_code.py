"""The code that the console offers for checking signatures does what it says."""

import hashlib
import hmac
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SNIPPETS = Path(__file__).parents[2] / "console" / "src" / "pages" / "webhooks" / "snippets.ts"
SECRET = "kept-secret"
BODY = '{"text":"Grüße"}\n'
HEADER = "sha256=" + hmac.new(SECRET.encode(), BODY.encode(), hashlib.sha256).hexdigest()
OTHERS = [HEADER.replace("sha256=", "sha1="), HEADER.upper(), HEADER[:-1], ""]


def test_the_code_for_python_takes_the_right_header_and_no_other() -> None:
    code = f"import hashlib, hmac, json, sys\nAPP_SECRET = {SECRET!r}\n" + _function("PYTHON", r"def is_genuine.*?\n\n")
    ask = "print(json.dumps([is_genuine(sys.argv[1].encode(), each) for each in sys.argv[2:]]))"

    assert _run(sys.executable, "-c", f"{code}\n{ask}", BODY, HEADER, *OTHERS) == [True] + 4 * [False]


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
def test_the_code_for_node_takes_the_right_header_and_no_other() -> None:
    start = f"import {{ createHmac, timingSafeEqual }} from 'node:crypto'; const SECRET = {SECRET!r};\n"
    code = start + _function("NODE", r"function isGenuine.*?\n}\n")
    ask = (
        "const [body, ...all] = process.argv.slice(1); console.log(JSON.stringify(all.map((h) => isGenuine(body, h))));"
    )

    asked = _run("node", "--input-type=module", "-e", f"{code}\n{ask}", "--", BODY, HEADER, *OTHERS)

    assert asked == [True] + 4 * [False]


def _function(name: str, pattern: str) -> str:
    text = SNIPPETS.read_text("utf-8")
    code = text[text.index(f"const {name} = `") :].partition("`")[2].partition("`;")[0]
    found = re.search(pattern, code, re.DOTALL)
    assert found is not None
    return found[0]


def _run(*command: str) -> object:
    done = subprocess.run(command, capture_output=True, check=True, timeout=30)
    return json.loads(done.stdout)
