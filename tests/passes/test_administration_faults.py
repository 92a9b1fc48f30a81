"""Rules of losing answers and dying at Divalto: one order, one of each document, one submission, one request."""

import functools
import tempfile
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import Exit
from reconciler.reconcile import applying
from tests.passes.administration import ODATA, SITE, Administration
from tests.passes.harness import actions
from tests.passes.interference import Undisturbed

CALLS = {
    "create": ("POST", "/orders$", 1),
    "first-document": ("POST", "/documents$", 1),
    "second-document": ("POST", "/documents$", 2),
    "submit": ("POST", "/submit$", 1),
    "change-request": ("POST", "/changeRequests$", 1),
}
FAULTS: dict[str, dict[str, Any]] = {
    "answer-lost-after-commit": {"kind": "drop_after"},
    "500-after-commit": {"kind": "status_after", "status": 500},
    "error-in-200-after-commit": {"kind": "status_after", "status": 200, "body": {"error": 500, "txterr": "interne"}},
    "cut-before-commit": {"kind": "drop_before"},
    "503-before-commit": {"kind": "status_before", "status": 503},
    "login-page-after-commit": {"kind": "html", "commit": True},
    "cut-body": {"kind": "truncate"},
    "empty-body": {"kind": "garbage", "text": ""},
    "redirect-after-commit": {"kind": "redirect", "commit": True},
    "rate-limit": {"kind": "retry_after", "value": "2"},
}
ESTATE = [SITE, ODATA.replace("  execute:", "  waitForSiteChange: false\n  execute:")]


def begin(root: Path) -> Administration:
    """Return an estate with an order and a site, nothing of it at the vendor."""
    administration = Administration(root)
    administration.manifests = ESTATE
    return administration


def until_placed(administration: Administration) -> list[Exit]:
    """Apply until only people at the vendor are waited for; return the codes."""
    codes: list[Exit] = []
    while not codes or codes[-1] is not Exit.CONVERGING:
        assert len(codes) < 6, codes
        codes.append(applying.exit_code(administration.apply(), detailed=True))
    return codes


@functools.cache
def expected() -> dict[str, Any]:
    """Return the vendor's books after a run without faults."""
    with tempfile.TemporaryDirectory() as folder:
        administration = begin(Path(folder))
        until_placed(administration)
        return administration.books()


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("call", CALLS)
def test_one_fault_at_one_call(tmp_path: Path, call: str, fault: str) -> None:
    """Whatever happens to one call, the books end as if nothing had, without anybody's help."""
    administration = begin(tmp_path)
    method, path, nth = CALLS[call]
    administration.fault(method=method, path=path, nth=nth, **FAULTS[fault])
    until_placed(administration)
    assert administration.books() == expected()
    assert actions(administration.plan()) == []


@pytest.mark.parametrize("after", [False, True], ids=["before-the-call", "after-the-call"])
def test_dying_at_any_call(tmp_path: Path, after: bool) -> None:
    """Wherever a run dies, the next one finishes the work and repeats nothing."""
    counted = Undisturbed()
    (tmp_path / "count").mkdir()
    begin(tmp_path / "count").apply(by=counted)
    died = 0
    for nth in range(1, len(counted.calls) + 1):
        (tmp_path / str(nth)).mkdir()
        administration = begin(tmp_path / str(nth))
        if administration.crash(nth=nth, after=after):
            died += 1
            until_placed(administration)
            assert administration.books() == expected()
    assert died > 10


@pytest.mark.parametrize("after", [False, True], ids=["before-commit", "after-commit"])
@pytest.mark.parametrize("end", ["lost", "death"])
def test_answer_to_a_request_is_sent_once(tmp_path: Path, end: str, after: bool) -> None:
    """A complement whose answer was lost is found by what the order says, and sent again only if it is not there."""
    administration = Administration(tmp_path)
    administration.apply()
    administration.decide("take")
    administration.decide("ask", reason="un bon signé")
    administration.manifests = [f"{ODATA}  complement: {{number: 1, answer: voici}}\n"]
    if end == "death":
        assert administration.crash("/complement", after=after)
    else:
        administration.fault("drop_after" if after else "drop_before", "/complement$", method="POST")
    until_placed(administration)
    assert administration.books()["answers"] == ["acme-infra/odata-hq#1"]


def test_stale_lists_place_nothing_twice(tmp_path: Path) -> None:
    """Lists that show new orders only minutes later do not make a second one."""
    administration = begin(tmp_path)
    administration.sim("POST", "/settings", {"staleLists": 300})
    assert administration.crash("/submit$", after=True)
    until_placed(administration)
    until_placed(administration)
    assert administration.books() == expected()
