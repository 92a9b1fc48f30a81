"""Rules of sudden death (A1): SIGKILL around every mutating call, then runs until quiet; each thing exists once."""

import concurrent.futures
import dataclasses
from collections.abc import Mapping

import pytest

from tests.cli.repository import CUSTOMER, Repository
from tests.cli.stage import Stage, chosen

CALLS: Mapping[str, tuple[str, str, int]] = {
    "create-reseller": ("POST", "/api/accounts$", 1),
    "create-customer": ("POST", "/api/accounts$", 2),
    "set-options-avg": ("PUT", "/syncoptions/AVG$", 1),
    "set-options-avg-customer": ("PUT", "/syncoptions/AVG$", 2),
    "set-options-panda": ("PUT", "/syncoptions/PandaAntivirus$", 1),
    "synchronise-avg": ("POST", "/synchronize/AVG$", 1),
    "synchronise-avg-customer": ("POST", "/synchronize/AVG$", 2),
    "synchronise-panda": ("POST", "/synchronize/PandaAntivirus$", 1),
    "synchronise-bittitan": ("POST", "/synchronize/BitTitan$", 1),
    "enter-first-order": ("POST", "/api/orders$", 1),
    "enter-second-order": ("POST", "/api/orders$", 2),
    "enter-third-order": ("POST", "/api/orders$", 3),
    "execute-first-order": ("POST", "/execute$", 1),
    "execute-second-order": ("POST", "/execute$", 2),
    "execute-third-order": ("POST", "/execute$", 3),
    "change-account": ("PATCH", "/api/accounts/", 1),
}
MOMENTS = ("pause_before", "pause_after")
CASES = [(call, moment) for call in CALLS for moment in MOMENTS]
WHOLE = {
    "accounts": ["acme", "nordwind"],
    "orders": [(f"acme-infra/acme-{name}#1", "Executed") for name in ("avg", "boxes", "seats")],
    "assets": [
        ("acme-infra/acme-avg#1", "AVG-IS-BE", 25),
        ("acme-infra/acme-boxes#1", "BT-MAILBOX", 3),
        ("acme-infra/acme-seats#1", "PANDA-EP", 2),
    ],
    "charges": [f"acme-infra/acme-{name}#1" for name in ("avg", "boxes", "seats")],
    "sync": [
        ("acme", "AVG", "Synchronized"),
        ("acme", "BitTitan", "Synchronized"),
        ("acme", "PandaAntivirus", "Synchronized"),
        ("nordwind", "AVG", "Synchronized"),
        ("nordwind", "PandaAntivirus", "Synchronized"),
    ],
    "mails": [
        ("it@acme.example", "bittitan-welcome"),
        ("it@acme.example", "panda-activation"),
        ("it@nordwind.example", "panda-activation"),
        ("keys@acme.example", "avg-license"),
    ],
}


@dataclasses.dataclass(frozen=True)
class Aftermath:
    """What was found after a kill and the runs that followed."""

    codes: list[int]
    books: Mapping[str, object]
    last_plan: int
    late_calls: list[str]


@pytest.fixture(scope="module")
def aftermaths(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, stage: Stage
) -> Mapping[tuple[str, str], "concurrent.futures.Future[Aftermath]"]:
    """Play the cases."""
    folder = tmp_path_factory.mktemp("killed")

    def one(case: tuple[str, str]) -> "concurrent.futures.Future[Aftermath]":
        return stage.play(lambda vendor: play(Repository(folder / "-".join(case), vendor), *case))

    return {case: one(case) for case in chosen(request, "case", CASES)}


def play(repository: Repository, call: str, moment: str) -> Aftermath:
    """Kill an apply around a call, let the vendor forget or finish it, run until quiet."""
    method, path, nth = CALLS[call]
    vendor = repository.vendor
    if method == "PATCH":
        repository.apply()
        repository.write("acme", CUSTOMER.replace("spec:", "spec:\n  phone: +30 210 0000000"))
    vendor.fault(moment, path, method=method, nth=nth)
    with repository.running("apply", "--yes") as run:
        vendor.await_paused()
        run.kill()
    vendor.release(drop=True)
    vendor.await_idle()
    codes = repository.until_quiet()
    vendor.mutations()
    last = repository.run("plan", "--detailed-exitcode").code
    return Aftermath(codes, vendor.books(), last, vendor.mutations())


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_killed_around_a_call(
    aftermaths: Mapping[tuple[str, str], "concurrent.futures.Future[Aftermath]"], case: tuple[str, str]
) -> None:
    """Killed before or after the vendor did it, the next run settles it: nothing lost, nothing doubled, plan empty."""
    found = aftermaths[case].result()
    assert found.codes == [0]
    assert found.books == WHOLE
    assert (found.last_plan, found.late_calls) == (0, [])


def test_killed_again_and_again(repository: Repository) -> None:
    """Killed at one call after the other, also while an earlier kill is being settled, an estate ends whole."""
    # One call at a time: what runs beside a held call may be done before the kill, and leave none for the next.
    settings = repository.root / "reconciler.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("concurrency: 8", "concurrency: 1"), encoding="utf-8")
    for moment, path in (
        ("pause_after", "/api/accounts$"),
        ("pause_before", "/synchronize/"),
        ("pause_after", "/execute$"),
        ("pause_before", "/execute$"),
        ("pause_after", "/execute$"),
    ):
        repository.vendor.fault(moment, path, method="POST")
        with repository.running("apply", "--yes") as run:
            repository.vendor.await_paused()
            run.kill()
        repository.vendor.release(drop=True)
        repository.vendor.await_idle()
    assert repository.until_quiet() == [0]
    assert repository.vendor.books() == WHOLE
    assert repository.run("plan", "--detailed-exitcode").code == 0


def test_killed_while_settling(repository: Repository) -> None:
    """A kill during the look-up that follows a kill changes nothing: the look-up is simply made again."""
    repository.vendor.fault("pause_after", "/execute$", method="POST")
    with repository.running("apply", "--yes") as run:
        repository.vendor.await_paused()
        run.kill()
    repository.vendor.release(drop=True)
    repository.vendor.fault("pause_before", "/api/orders", method="GET")
    with repository.running("apply", "--yes") as run:
        repository.vendor.await_paused()
        run.kill()
    repository.vendor.release(drop=True)
    assert repository.until_quiet() == [0]
    assert repository.vendor.books() == WHOLE


def test_killed_resend_is_parked_not_repeated(repository: Repository) -> None:
    """A mail cannot be looked up: killed in between, it is parked for a person and never sent again by itself."""
    repository.apply()
    before = len(repository.vendor.books()["mails"])
    repository.vendor.fault("pause_after", "/resendlicensekey$", method="POST")
    with repository.running("resend", "acme-avg") as run:
        repository.vendor.await_paused()
        run.kill()
    repository.vendor.release(drop=True)
    assert repository.run("plan", "--detailed-exitcode").code == 6
    assert repository.run("apply", "--yes").code == 6
    assert len(repository.vendor.books()["mails"]) == before + 1
    assert repository.run("resolve", "avg/order/acme-avg", "--done").code == 0
    assert repository.run("plan", "--detailed-exitcode").code == 0
