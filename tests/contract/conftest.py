"""Lets tests import the example vendor, which is a package of its own."""

import sys
from pathlib import Path

TOY = Path(__file__).parents[2] / "examples" / "toy-vendor"
sys.path[:0] = [str(TOY), str(TOY / "tests")]
