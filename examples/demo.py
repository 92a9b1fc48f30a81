"""The main job from nothing: starts the sandbox, reconciles `specs/` against it, shows every step.

Works on a copy in a temporary directory, so that it can be run again and again. Leaves with 1 if anything is not
as promised: above all, the second plan must be empty.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = [sys.executable, "-m", "reconciler"]
NEEDED = {
    "interworks url": "",
    "interworks clientKey": "BSS_CLIENT_KEY",
    "interworks clientSecret": "BSS_CLIENT_SECRET",
    "interworks username": "BSS_USERNAME",
    "interworks password": "BSS_PASSWORD",
    "dimensions url": "",
    "dimensions clientId": "DIM_CLIENT_ID",
    "dimensions clientSecret": "DIM_CLIENT_SECRET",
    "dimensions refreshToken": "DIM_REFRESH_TOKEN",
    "divalto url": "",
    "divalto apiKey": "DIVALTO_API_KEY",
}
"""What the demo needs of what the sandbox prints, and the environment variable it goes into."""


def main() -> int:
    """Run the demo and return its exit code."""
    with tempfile.TemporaryDirectory(prefix="reconciler-demo-") as folder:
        project = pathlib.Path(folder)
        shutil.copytree(ROOT / "specs", project / "specs")
        shutil.copytree(ROOT / "catalogue", project / "catalogue")
        with subprocess.Popen(
            [*PROGRAM, "sandbox", "--port", "0", "--auto-decide"], stdout=subprocess.PIPE, text=True, cwd=folder
        ) as sandbox:
            try:
                facts = read_facts(sandbox)
                configuration = (ROOT / "reconciler.yaml").read_text(encoding="utf-8")
                root = facts["interworks url"].removesuffix("/interworks")
                (project / "reconciler.yaml").write_text(
                    configuration.replace("http://127.0.0.1:8700", root), encoding="utf-8"
                )
                return run_all(project, environment(facts))
            finally:
                sandbox.terminate()


def read_facts(sandbox: "subprocess.Popen[str]") -> dict[str, str]:
    """Return what the sandbox prints once it serves: of each simulator its URLs and demo credentials."""
    assert sandbox.stdout is not None
    facts: dict[str, str] = {}
    vendor = ""
    for line in sandbox.stdout:
        name, _, value = line.strip().partition(": ")
        vendor = vendor if line.startswith(" ") else name
        facts[f"{vendor} {name}"] = value
        if NEEDED.keys() <= facts.keys():
            return facts
    raise SystemExit("the sandbox did not start")


def environment(facts: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with the demo credentials; the demo makes a sealing key of its own, also in CI."""
    kept = {name: value for name, value in os.environ.items() if name != "CI"}
    given = {variable: facts[fact] for fact, variable in NEEDED.items() if variable}
    return {**kept, **given, "KAZOO_API_KEY": "demo-kazoo-key"}


def run_all(project: pathlib.Path, env: Mapping[str, str]) -> int:
    """Run each command of the story; stop at the first that ends otherwise than promised."""
    story: list[tuple[list[str], int]] = [
        (["validate"], 0),
        (["plan", "--detailed-exitcode"], 2),
        (["apply", "--yes"], 0),
        (["status"], 0),
        (["assets", "list"], 0),
        (["plan", "--detailed-exitcode"], 0),
    ]
    for arguments, promised in story:
        print(f"\n$ reconciler {' '.join(arguments)}", flush=True)
        ended = subprocess.run([*PROGRAM, *arguments], cwd=project, env=dict(env), check=False).returncode
        if ended != promised:
            print(f"\nended with {ended}, promised was {promised}", file=sys.stderr)
            return 1
    print("\nThe second plan is empty: what is declared is what is there, and each order was executed once.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
