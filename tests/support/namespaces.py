"""Programs in a network namespace of their own, in which every address on earth may be this machine's."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
NAMESPACE = ["unshare", "--net", "--mount"]
TIMEOUT_SECONDS = 50

Report = dict[str, Any]  # as JSON gives it


def run_in_namespace(module: str, file: Path) -> Report:
    """Run a module as a program whose argument is `file`, and return what it wrote there. Skips without the rights."""
    if not _has_namespaces():
        pytest.skip("NO NETWORK NAMESPACE (needs root, unshare, ip): links met the recording dialer only")
    environment = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PATH": os.environ["PATH"]}
    program = [*NAMESPACE, sys.executable, "-m", module, str(file)]
    subprocess.run(program, cwd=ROOT, env=environment, check=True, timeout=TIMEOUT_SECONDS)
    report: Report = json.loads(file.read_text())
    return report


def _has_namespaces() -> bool:
    if sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("unshare") or not shutil.which("ip"):
        return False
    addresses = "ip link set lo up && ip -6 route add local ::/0 dev lo && mount -t tmpfs none /run"
    return subprocess.run([*NAMESPACE, "sh", "-c", addresses], capture_output=True, check=False).returncode == 0
