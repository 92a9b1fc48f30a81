"""Rules of a project that is set up wrongly: every problem at once, named and placed, before a vendor is asked."""

import pytest

from tests.cli.repository import CONFIGURATION, Repository

BAD = {
    "unknown-key": ("metadata: {name: acme-infra}", "metadata: {nam: acme-infra}", ":3:12: E204"),
    "unknown-section": ("vendors:\n", "polcy: {}\nvendors:\n", ":4:1: E204"),
    "plain-http": ("url: URL", "url: http://bss.example.com", ":6:10: E"),
    "credential-in-clear": ("clientKey: {env: BSS_CLIENT_KEY}", "clientKey: abcdefgh", ":7:30: E"),
    "missing-credential": ("username: {env: BSS_USERNAME}, ", "", "username"),
    "unknown-via": ("avg: {via: interworks", "avg: {via: interwork", "interworks"),
    "bad-span": ("timeout: 20s", "timeout: soon", ":10:14: E"),
    "duplicate-key": ("vendors:\n", "vendors: {}\nvendors:\n", ":5:1: E"),
    "no-yaml": ("vendors:\n", "vendors: [\n", "E1"),
}


@pytest.mark.parametrize(("old", "new", "shown"), BAD.values(), ids=BAD)
@pytest.mark.parametrize("command", ["validate", "status"])
def test_bad_configuration(repository: Repository, command: str, old: str, new: str, shown: str) -> None:
    """What is wrong in `reconciler.yaml` is 1 with its place, for commands that ask vendors and those that do not."""
    assert old in CONFIGURATION
    repository.configure(CONFIGURATION.replace(old, new))
    ended = repository.run(command)
    assert (ended.code, ended.out) == (1, "")
    assert "reconciler.yaml" in ended.err
    assert shown in ended.err
    assert repository.vendor.sim("GET", "/log") == []


@pytest.mark.parametrize("command", [["plan"], ["apply", "--yes"], ["status"]], ids=" ".join)
@pytest.mark.parametrize("address", ["sqlite:///:memory:", "postgresql://host/db", "sqlite://state.db", "file.db"])
def test_state_that_is_no_ledger(repository: Repository, command: list[str], address: str) -> None:
    """An address that this version cannot keep a ledger at is a mistake in the configuration: 1, not 9."""
    repository.configure(CONFIGURATION + f"state: {address!r}\n")
    ended = repository.run(*command)
    assert (ended.code, ended.out) == (1, "")
    assert "state" in ended.err
    assert repository.vendor.sim("GET", "/log") == []


def test_all_problems_at_once(repository: Repository) -> None:
    """A person gets one list, not one problem a run."""
    text = CONFIGURATION.replace("kind: Project", "kind: Projekt").replace("timeout: 20s", "timeout: soon")
    repository.configure(text.replace("perSecond: 1000", "perSecond: fast"))
    said = repository.run("validate").err
    assert all(f"reconciler.yaml:{line}:" in said for line in (2, 9, 10))


@pytest.mark.parametrize("command", [["plan"], ["apply", "--yes"], ["check"]], ids=lambda command: command[0])
def test_missing_credentials(repository: Repository, command: list[str]) -> None:
    """All variables that are missing are named at once, whether unset or empty; no vendor is asked."""
    ended = repository.run(*command, env={"BSS_PASSWORD": None, "BSS_CLIENT_SECRET": None, "BSS_USERNAME": ""})
    assert (ended.code, ended.out) == (1, "")
    assert all(name in ended.err for name in ("BSS_PASSWORD", "BSS_CLIENT_SECRET", "BSS_USERNAME"))
    assert "BSS_CLIENT_KEY" not in ended.err
    assert repository.vendor.sim("GET", "/log") == []


@pytest.mark.parametrize("command", ["validate", "status"])
def test_offline_commands_need_no_credentials(repository: Repository, command: str) -> None:
    """What asks no vendor works where there are no secrets."""
    ended = repository.run(command, env=dict.fromkeys(repository.env.keys() - {"PATH", "HOME", "PYTHONPATH"}))
    assert ended.code == 0


def test_credentials_from_files(repository: Repository) -> None:
    """A credential may be in a file that only its owner can read; one that others can read is refused."""
    path = repository.root / "password.txt"
    path.write_text(repository.env["BSS_PASSWORD"] + "\n", encoding="utf-8")
    repository.configure(CONFIGURATION.replace("{env: BSS_PASSWORD}", "{file: password.txt}"))
    path.chmod(0o644)
    refused = repository.run("check", env={"BSS_PASSWORD": None})
    assert (refused.code, "password.txt" in refused.err) == (1, True)
    path.chmod(0o600)
    assert repository.run("check", env={"BSS_PASSWORD": None}).code == 0


def test_sealing_in_ci_must_be_configured(repository: Repository) -> None:
    """A key made on a machine that is thrown away would lose what is sealed to it: CI has to name a recipient."""
    ended = repository.run("apply", "--yes", env={"CI": "true"})
    assert ended.code == 1
    assert "sealing" in ended.err
    assert repository.vendor.mutations() == []
