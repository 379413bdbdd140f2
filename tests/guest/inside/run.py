"""Inside the test kernel: runs the tests of one part of the hardware.

The environment names the part, a file beside this one:

    PART=usb_midi python tests/guest/inside/run.py FOLDER
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    """The exit code of pytest; the tests find their helpers beside this file."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # they take seconds under this kernel
    import pytest

    options = ["--noconftest", "-p", "machine", "-p", "no:cacheprovider"]
    options += ["--basetemp=/run/pytest", "--durations=12", "-rP"]
    return int(pytest.main([str(HERE / f"{os.environ['PART']}.py"), *options]))


if __name__ == "__main__":
    sys.exit(main())
