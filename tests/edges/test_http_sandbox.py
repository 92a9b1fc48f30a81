"""The client against the simulator of a vendor, with its faults, in one process."""

import asyncio
import dataclasses
from typing import Any

import httpx
import pytest

from reconciler import errors
from reconciler.contract import Answer, Endpoint, SignIn, Verdict
from reconciler.model import Secret
from reconciler.sandbox import Sandbox, create_interworks_app
from reconciler.testing.clock import VirtualClock
from reconciler.testing.transport import SandboxTransport
from reconciler.vendors.http import Client
from tests.edges import http_samples

ACCOUNTS = Endpoint("accounts", "GET", "/api/accounts")
CREATE = Endpoint("create", "POST", "/api/accounts", mutates=True)


def judge(answer: Answer) -> Verdict:
    """Judge as the vendor does: a 403 of type RateLimit, or with Retry-After, is a limit."""
    limited = isinstance(answer.data, dict) and answer.data.get("Type") == "RateLimit"
    if answer.status == 403 and (limited or "retry-after" in answer.headers):
        return Verdict.RATE_LIMITED
    return http_samples.judge(answer)


LOGIN = SignIn(
    "/oauth/token",
    {"grant_type": "password", "username": "demo", "password": Secret("demo-password")},
    http_samples.read_token,
    (Secret("demo-key"), Secret("demo-secret")),
)
WIRE = dataclasses.replace(http_samples.SIGNED, endpoints=(ACCOUNTS, CREATE), judge=judge, sign_in=LOGIN)


class Bench:
    """A fresh simulator and a client of it, in virtual time."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.app: Sandbox = create_interworks_app(clock=self.clock.now)

    def client(self, **options: Any) -> Client:
        """Make a client of this simulator."""
        return http_samples.client(SandboxTransport(self.app), wire=WIRE, clock=self.clock, **options)

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the control plane."""
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://sim") as control:
            return (await control.request(method, f"/_sim/{path}", json=body)).raise_for_status().json()

    async def arrived(self, method: str) -> int:
        """Count the requests of a method that reached the accounts."""
        log = await self.control("GET", "log")
        return sum(1 for line in log if line["method"] == method and line["path"] == "/api/accounts")


async def broken(bench: Bench, fault: dict[str, Any], call: str, *, count: int | None = None) -> Answer | Exception:
    """Do one read or one change under a fault and return what came of it."""
    await bench.control("POST", "faults", {"match": {"path": "/accounts$", "count": count}, **fault})
    async with bench.client(timeout=0.3) as client:
        try:
            if call == "read":
                return await client.reader.fetch(ACCOUNTS.call())
            return await client.send(CREATE.call(body={"name": "A"}))
        except errors.ReconcilerError as error:
            return error


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"kind": "drop_before"}, errors.NoAnswer),
        ({"kind": "drop_after", "reset": True}, errors.NoAnswer),
        ({"kind": "status_before", "status": 503}, errors.VendorError),
        ({"kind": "status_before", "status": 403}, errors.Forbidden),
        ({"kind": "truncate"}, errors.BadAnswer),
        ({"kind": "truncate", "declared": True}, errors.NoAnswer),
        ({"kind": "html"}, errors.BadAnswer),
        ({"kind": "garbage", "text": "no"}, errors.BadAnswer),
        ({"kind": "duplicate_keys"}, errors.BadAnswer),
        ({"kind": "wrong_content_type"}, errors.BadAnswer),
        ({"kind": "huge"}, errors.BadAnswer),
        ({"kind": "huge", "gzip": True}, errors.BadAnswer),
        ({"kind": "redirect", "location": "http://127.0.0.1/other"}, errors.BadAnswer),
        ({"kind": "retry_after", "value": "1e400"}, errors.RateLimited),
        ({"kind": "status_before", "status": 401}, errors.SignInFailed),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else "",
)
def test_a_broken_read_is_an_error_and_never_data(fault: dict[str, Any], kind: type[Exception]) -> None:
    """Whatever the vendor does to a list, the reader returns it whole or raises."""
    bench = Bench()

    result = asyncio.run(broken(bench, fault, "read"))

    assert type(result) is kind


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "drop_before"},
        {"kind": "drop_after"},
        {"kind": "status_before", "status": 500},
        {"kind": "status_after", "status": 503},
        {"kind": "hang"},
        {"kind": "html", "commit": True},
        {"kind": "garbage", "text": "no"},
        {"kind": "huge"},
        {"kind": "huge", "gzip": True},
        {"kind": "truncate", "declared": True},
        {"kind": "redirect", "status": 307, "location": "/api/accounts"},
        {"kind": "retry_after", "value": "1"},
        {"kind": "status_before", "status": 401},
    ],
    ids=lambda fault: "-".join(map(str, fault.values())),
)
def test_a_change_arrives_once_under_every_fault(fault: dict[str, Any]) -> None:
    """No fault makes the client send a change again, and none passes for a clear answer."""
    bench = Bench()

    async def main() -> tuple[Answer | Exception, int]:
        return await broken(bench, fault, "change"), await bench.arrived("POST")

    result, arrived = asyncio.run(main())

    assert arrived == 1
    assert isinstance(result, errors.NoAnswer) or (isinstance(result, Answer) and (judge(result) is not Verdict.CLEAR))


def test_a_lost_answer_does_not_undo_the_change() -> None:
    """The vendor did it once; the client does not know, and does not do it again."""
    bench = Bench()

    async def main() -> tuple[Answer | Exception, int]:
        result = await broken(bench, {"kind": "drop_after"}, "change")
        return result, len((await bench.control("GET", "state"))["accounts"])

    before = asyncio.run(bench.control("GET", "state"))
    result, after = asyncio.run(main())

    assert isinstance(result, errors.NoAnswer)
    assert after == len(before["accounts"]) + 1


def test_an_expired_token_is_replaced_in_the_middle_of_a_run() -> None:
    """When the vendor ends sessions early, reads go on with a new token."""
    bench = Bench()

    async def main() -> int:
        async with bench.client() as client:
            await client.reader.fetch(ACCOUNTS.call())
            await bench.control("POST", "clock", {"advance": 1300})
            await client.reader.fetch(ACCOUNTS.call())
            return client.requests

    assert asyncio.run(main()) == 5


def test_the_vendor_s_rate_limit_is_never_reached_at_our_pace() -> None:
    """At five requests a second the simulator that allows six never has to refuse."""
    bench = Bench()

    async def main() -> int:
        await bench.control("POST", "settings", {"rateLimit": 6})
        async with bench.client(per_second=5.0) as client:
            await asyncio.gather(*(client.reader.fetch(ACCOUNTS.call()) for _ in range(40)))
            return client.requests

    assert asyncio.run(main()) == 41
    assert bench.clock.monotonic() == pytest.approx(8, abs=0.3)


def test_a_rate_limit_lower_than_our_pace_is_lived_with() -> None:
    """A vendor that allows less than we thought slows us down, and every read succeeds in the end."""
    bench = Bench()

    async def main() -> int:
        await bench.control("POST", "settings", {"rateLimit": 2, "retryAfter": "1"})
        async with bench.client(per_second=20.0) as client:
            answers = await asyncio.gather(*(client.reader.fetch(ACCOUNTS.call()) for _ in range(8)))
            return sum(answer.ok for answer in answers)

    assert asyncio.run(main()) == 8
