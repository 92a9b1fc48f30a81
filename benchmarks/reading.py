"""Reading and validating manifests as every command does, or only parsing them with CSafeLoader.

`python -m benchmarks.reading ours|floor ROOT` prints how many manifests there are.
"""

import sys
from pathlib import Path


def parse(root: Path) -> int:
    """Parse with CSafeLoader."""
    from benchmarks import plain

    return plain.parse(root)


def validate(root: Path) -> int:
    """Read, check and cross-check as the command line does; every manifest must be valid."""
    from reconciler import files, schema
    from reconciler.settings import discovery

    limits = files.Limits()
    tree = files.read_tree(root, ["specs"], limits)
    loaded = schema.load(tree.sources, schema.Registry(discovery.kinds(discovery.find_plugins())), limits)
    assert not tree.problems, tree.problems[0]
    assert not loaded.problems, loaded.problems[0]
    return len(loaded.manifests)


def main() -> None:
    """Do one of the two."""
    kind, root = sys.argv[1:]
    print({"ours": validate, "floor": parse}[kind](Path(root)))


if __name__ == "__main__":
    main()
