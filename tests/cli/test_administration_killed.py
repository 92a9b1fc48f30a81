"""Rules of sudden death at Divalto: SIGKILL around each mutating call, and one of each for people to decide."""

import concurrent.futures
import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest

from tests.cli import administration
from tests.cli.administration import ANSWERED, CONFIGURATION, PATIENT, REFERENCE, SITE, Office
from tests.cli.stage import Stage, chosen

PLACING: Mapping[str, tuple[tuple[str, int], ...]] = {
    "pause_before": (("/orders$", 1), ("/changeRequests$", 1), ("/documents$", 1), ("/documents$", 2), ("/submit$", 1)),
    "pause_after": (("/orders$", 1), ("/documents$", 1), ("/documents$", 1), ("/submit$", 1), ("/changeRequests$", 1)),
}
"""The calls that runs die at, and the how many-th of their kind; in the order in which they come up."""
ANSWERING = ("/documents$", "/complement$")
PLACED = {
    "orders": [(REFERENCE, "A_TRAITER")],
    "documents": [(REFERENCE, "BON_DE_COMMANDE"), (REFERENCE, "DEVIS")],
    "submissions": [REFERENCE],
    "requests": [("123456", "A_TRAITER")],
    "answers": [],
}
ENDED = {
    "orders": [(REFERENCE, "TRAITEE")],
    "documents": [
        (REFERENCE, "ATTESTATION_SIGNATURE"),
        (REFERENCE, "BON_DE_COMMANDE"),
        (REFERENCE, "DEVIS"),
    ],
    "submissions": [REFERENCE],
    "requests": [("123456", "ACCEPTEE")],
    "answers": [REFERENCE],
}


@dataclasses.dataclass(frozen=True)
class Aftermath:
    """What the vendor held after the kills and at the end, how runs ended, and what they sent while people decided."""

    placed: Mapping[str, Any]
    waiting: list[int]
    sent_waiting: list[str]
    asked: str
    ended: Mapping[str, Any]
    codes: list[int]
    revealed: str
    issued: list[str]


@pytest.fixture(scope="module")
def aftermaths(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, stage: Stage
) -> Mapping[str, "concurrent.futures.Future[Aftermath]"]:
    """Play the cases."""
    folder = tmp_path_factory.mktemp("administration-killed")

    def one(moment: str) -> "concurrent.futures.Future[Aftermath]":
        estate = {"odata": PATIENT, "site": SITE}
        return administration.play(stage, folder / moment, lambda made: at_each_call(made, moment), estate)

    return {moment: one(moment) for moment in chosen(request, "moment", PLACING)}


def at_each_call(made: Office, moment: str) -> Aftermath:
    """Kill one run after the other, each at the next call; let people decide; go on to the end."""
    made.configure(CONFIGURATION.replace("concurrency: 4", "concurrency: 1"))
    for path, nth in PLACING[moment]:
        made.kill(moment, path, method="POST", nth=nth)
    waiting = [made.run("apply", "--yes", "--detailed-exitcode").code]
    placed = made.vendor.books()
    made.vendor.mutations()
    waiting += [made.run("apply", "--yes", "--detailed-exitcode").code for _ in range(2)]
    sent_waiting = made.vendor.mutations()

    made.vendor.decide("take", "ask", reason="un bon signé")
    made.vendor.answer("accept")
    codes = [made.run("apply", "--yes", "--detailed-exitcode").code]
    asked = made.told("Order", "odata-hq")
    made.write("odata", PATIENT + ANSWERED)
    for path in ANSWERING:
        made.kill(moment, path, method="POST")
    codes.append(made.run("apply", "--yes", "--detailed-exitcode").code)
    made.vendor.decide("validate", "provisioned")
    codes += [made.run(*line.split()).code for line in ("apply --yes --detailed-exitcode", "plan --detailed-exitcode")]
    revealed = made.run("assets", "show", "odata-hq", "--reveal").out
    row = made.vendor.row("certificates")
    return Aftermath(
        placed, waiting, sent_waiting, asked, made.vendor.books(), codes, revealed, [row["id"], row["accessCode"]]
    )


@pytest.mark.parametrize("moment", PLACING)
def test_killed_at_each_call(aftermaths: Mapping[str, "concurrent.futures.Future[Aftermath]"], moment: str) -> None:
    """Killed around one call after the other: one order, one of each document, one submission, one request, one answer.

    While people decide nothing is sent; the request of theirs is shown, the certificate is sealed, and then nothing is
    left to do.
    """
    found = aftermaths[moment].result()
    assert found.placed == PLACED
    assert (found.waiting, found.sent_waiting) == ([8, 8, 8], [])
    assert "un bon signé" in found.asked
    assert found.ended == ENDED
    assert found.codes == [8, 8, 0, 0]
    number, access_code = found.issued
    assert f"odata-hq {number} access_code {access_code}\n" in found.revealed
