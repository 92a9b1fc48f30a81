"""Rules of the simulated Divalto as the command serves it, on a real port."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from tests.contract.divalto_caller import ODATA, document


@contextlib.contextmanager
def sandbox(*flags: str) -> Iterator[httpx.Client]:
    """Run the command on a free port; give a client of its Divalto, with the key it printed."""
    command = [sys.executable, "-m", "reconciler", "sandbox", "--port", "0", *flags]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        while process.stdout.readline().strip() != "divalto":
            assert process.poll() is None
        facts = dict(process.stdout.readline().strip().partition(": ")[::2] for _ in range(2))
        headers = {"X-Api-Key": facts["apiKey"]}
        try:
            with httpx.Client(base_url=facts["url"], headers=headers, trust_env=False) as client:
                yield client
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("flags", "status"), [((), "A_TRAITER"), (("--auto-decide",), "TRAITEE")], ids=["told", "auto"]
)
def test_people_decide_by_themselves_when_asked_to(flags: tuple[str, ...], status: str) -> None:
    """`sandbox` prints where Divalto is and its key; its people wait to be told unless `--auto-decide` is given."""
    with sandbox(*flags) as client:
        far = {"certificate": {**ODATA["certificate"], "desiredDeliveryDate": "9999-03-02"}}
        number = client.post("/v1/orders", json={**ODATA, **far}).raise_for_status().json()["orderNumber"]
        client.post(f"/v1/orders/{number}/documents", json=document()).raise_for_status()
        answer = client.post(f"/v1/orders/{number}/submit", json={"confirm": True}, headers={"If-Match": '"2"'})
        assert answer.raise_for_status().json()["status"] == "A_TRAITER"
        assert client.get(f"/v1/orders/{number}").json()["status"] == status


def test_reset_connection_leaves_the_order() -> None:
    """An order whose answer is lost on the wire is there, and found by its reference."""
    with sandbox() as client:
        fault = {"kind": "drop_after", "reset": True, "match": {"method": "POST", "path": "/orders$"}}
        control = str(client.base_url).replace("/divalto", "/_sim/divalto")
        client.post(f"{control}faults", json=fault).raise_for_status()
        with pytest.raises(httpx.ReadError):
            client.post("/v1/orders", json=ODATA)
        found = client.get("/v1/orders", params={"clientReference": ODATA["clientReference"]}).json()
        assert found["total"] == 1
