"""A pytest inside a test, as a project has it that has the kit and no further plugin.

Without the plugins that happen to be installed it starts three times as fast.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

OPTIONS: Sequence[str] = ("-p", "waypost.pytest_plugin", "-p", "no:cacheprovider")
VARIABLES: Mapping[str, str] = {
    "PYTHONPATH": str(Path(__file__).parents[2] / "src"),
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
}
