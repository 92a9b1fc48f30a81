"""`python -m reconciler` and the `reconciler` command."""

import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    from reconciler.cli import running

    sys.exit(running.run(sys.argv[1:]))


if __name__ == "__main__":
    main()
