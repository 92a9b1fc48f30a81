"""Parsing manifests with PyYAML's C loader and nothing else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml


def parse(root: Path) -> int:
    """Parse every manifest and return how many there are."""
    return sum(1 for path in sorted((root / "specs").glob("*.yaml")) for _ in _documents(path))


def _documents(path: Path) -> Iterator[Any]:
    return yaml.load_all(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
