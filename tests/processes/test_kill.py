"""Rules of sudden death: SIGKILL around every mutating call, then runs until quiet; the books show each thing once."""

import pytest

from tests.processes.harness import ACCOUNTS, ORDERS, Project, until

CALLS = {
    "create-account": ("POST", "/accounts$"),
    "set-options": ("PUT", "/syncoptions/AVG$"),
    "synchronise": ("POST", "/synchronize/AVG$"),
    "create-order": ("POST", "/orders$"),
    "execute": ("POST", "/execute$"),
}
WHOLE = {"accounts": 2, "orders": 2, "assets": 2, "charges": 2}


@pytest.mark.parametrize("moment", ["pause_before", "pause_after"])
@pytest.mark.parametrize("call", CALLS)
def test_killed_around_a_call(project: Project, call: str, moment: str) -> None:
    """Killed while the vendor has not or has done it, but has not answered: the next runs settle it by looking."""
    project.write(a=ACCOUNTS, b=ORDERS)
    method, path = CALLS[call]
    project.server.fault(moment, path, method=method)
    process = project.start("apply", "--yes")
    until(lambda: bool(project.server.sim("GET", "/faults")["paused"]))
    process.kill()
    process.communicate(timeout=10)
    project.server.sim("POST", "/release", {"drop": True})
    codes = [project.run("apply", "--yes").code]
    while codes[-1] != 0:
        assert len(codes) < 6, codes
        codes.append(project.run("apply", "--yes").code)
    assert project.server.counts() == WHOLE
    assert project.server.charges() == ["acme-infra/acme-avg#1", "acme-infra/acme-boxes#1"]
    before = project.server.mutations()
    assert project.run("plan", "--detailed-exitcode").code == 0
    assert project.run("apply", "--yes").code == 0
    assert project.server.mutations() == before


def test_killed_in_every_call_of_one_estate(project: Project) -> None:
    """Killed at each call in turn, before and after, the same estate still ends whole and without duplicates."""
    project.write(a=ACCOUNTS, b=ORDERS)
    for method, path in CALLS.values():
        for moment in ("pause_before", "pause_after"):
            kill_at(project, moment, method=method, path=path)
    while project.run("apply", "--yes").code != 0:
        pass
    assert project.server.counts() == WHOLE


def kill_at(project: Project, moment: str, *, method: str, path: str) -> None:
    """Apply and kill the process when it is held at a call, if it comes to that."""
    project.server.fault(moment, path, method=method)
    process = project.start("apply", "--yes")
    until(lambda: bool(project.server.sim("GET", "/faults")["paused"]) or process.poll() is not None)
    process.kill()
    process.communicate(timeout=10)
    project.server.sim("POST", "/release", {"drop": True})
    project.server.sim("DELETE", "/faults")
