"""Rules of what people decide and ask for: resolve, resend, check, the pinned catalogue, the sandbox."""

import json
import signal
from pathlib import Path

import httpx
import pytest

from tests.cli.repository import CONFIGURATION, CUSTOMER, DIRECT, KEYS, Repository

ORDER = "avg/order/acme-avg"


@pytest.fixture
def doubtful(repository: Repository) -> Repository:
    """Return a repository with one order whose execution is in doubt: the vendor has not done it and may do it."""
    for name in ("boxes", "seats"):
        repository.remove(name)
    repository.configure(CONFIGURATION.replace("timeout: 20s", "timeout: 400ms"))
    repository.vendor.fault("late", "/execute$", seconds=360_000)
    assert repository.run("apply", "--yes").code == 6
    return repository


def test_resolve_not_executed(doubtful: Repository) -> None:
    """On a person's word that it was not done it is done once more."""
    assert doubtful.run("resolve", ORDER, "--not-executed").code == 0
    doubtful.vendor.sim("DELETE", "/faults")
    assert doubtful.until_quiet() == [0]
    assert doubtful.vendor.books()["charges"] == ["acme-infra/acme-avg#1"]


def test_resolve_adopt(doubtful: Repository) -> None:
    """On a person's word that it was done, under this id, it is not done again."""
    number = doubtful.vendor.row("orders", name="acme-infra/acme-avg#1")["id"]
    doubtful.vendor.mutations()
    assert doubtful.run("resolve", ORDER, "--adopt", number).code == 0
    assert doubtful.run("plan", "--detailed-exitcode").code != 6
    doubtful.run("apply", "--yes", "--wait", "0")
    assert not [line for line in doubtful.vendor.mutations() if line.endswith("/execute")]


def test_resolve_nothing(applied: Repository) -> None:
    """An answer nobody asked for is an error and changes nothing."""
    for answer in (["--done"], ["--adopt", "1"]):
        ended = applied.run("resolve", "interworks/account/acme", *answer)
        assert (ended.code, ended.out) == (1, "")
        assert "waits for an answer" in ended.err
    assert applied.run("resolve", "nobody/order/x", "--done").code == 1
    assert applied.run("plan", "--detailed-exitcode").code == 0


def test_resolve_chooses_one_of_several(repository: Repository) -> None:
    """Two accounts with our reference stop the plan; a person says which is ours, and only one of the two can be."""
    repository.write("direct", DIRECT)
    repository.apply()
    repository.vendor.edit("accounts", repository.vendor.row("accounts", code="harbour")["id"], code="acme")
    numbers = [str(row["id"]) for row in repository.vendor.rows("accounts") if row["code"] == "acme"]
    repository.remove("direct")
    repository.forget()
    assert repository.run("plan").code == 1
    assert repository.run("resolve", "interworks/account/acme", "--adopt", "9999").code == 1
    assert repository.run("resolve", "interworks/account/acme", "--adopt", numbers[1]).code == 0
    assert f"{numbers[1]} is taken for ours" in repository.run("plan").out


def test_manual_step_is_reported_done(repository: Repository) -> None:
    """What the vendor's API cannot do is described to a person, waits, and is settled by `--done --as`."""
    repository.configure(CONFIGURATION.replace("lookupLag: 200ms", "capabilities: {can_synchronize: false}"))
    for name in ("keys", "boxes", "seats"):
        repository.remove(name)
    planned = repository.run("plan", "--detailed-exitcode", "-o", "json")
    assert planned.code == 2
    assert planned.document["summary"]["manual"] > 0
    assert repository.run("apply", "--yes", "--detailed-exitcode").code == 8
    ended = repository.run("resolve", "avg/sync/nordwind", "--done", "--as", "AVG-7")
    assert ended.code == 0
    assert "avg/sync/nordwind" in ended.err


def test_resend_sends_one_mail(repository: Repository) -> None:
    """One command, one mail, every time it is asked for."""
    repository.apply()
    for count in (1, 2):
        before = repository.vendor.sim("GET", "/outbox")
        assert repository.run("resend", "acme-avg").code == 0
        after = repository.vendor.sim("GET", "/outbox")
        assert len(after) == len(before) + 1, count
        assert (after[-1]["to"], after[-1]["template"]) == ("keys@acme.example", "avg-license")
    assert repository.run("plan", "--detailed-exitcode").code == 0


def test_resend_of_several_assets_asks_which(repository: Repository) -> None:
    """An order with two assets needs `--asset`."""
    two = "[{product: AVG-IS-BE, quantity: 25}, {product: AVG-AV-BE, quantity: 2}]"
    repository.write("keys", KEYS.replace("[{product: AVG-IS-BE, quantity: 25}]", two))
    repository.apply()
    refused = repository.run("resend", "acme-avg")
    ids = [row["id"] for row in repository.vendor.rows("assets") if row["productCode"].startswith("AVG")]
    assert refused.code == 1
    assert all(number in refused.err for number in ids)
    assert repository.run("resend", "acme-avg", "--asset", ids[0]).code == 0
    assert repository.run("resend", "acme-avg", "--asset", "other").code == 1
    assert repository.run("resend", "nobody").code == 1


def test_resend_that_the_vendor_refuses(repository: Repository) -> None:
    """A clear refusal is an error; a lost answer is 6, for a mail cannot be looked up."""
    repository.apply()
    repository.vendor.fault("status_before", "/resendlicensekey$", status=400)
    assert repository.run("resend", "acme-avg").code == 1
    repository.vendor.fault("drop_after", "/resendlicensekey$")
    assert repository.run("resend", "acme-avg").code == 6
    assert repository.run("resend", "acme-avg").code == 6
    assert repository.run("resolve", ORDER, "--not-executed").code == 0
    assert repository.run("resend", "acme-avg").code == 0


def test_check_good(repository: Repository) -> None:
    """Good credentials are said to be good, with what is assumed, by reading only; a system names its carrier."""
    for arguments in ([], ["interworks"], ["avg", "panda"]):
        ended = repository.run("check", *arguments)
        assert (ended.code, ended.err) == (0, "")
        assert ended.out.startswith("interworks: ")
        assert "assumed" in ended.out
    assert repository.vendor.mutations() == []


@pytest.mark.parametrize("name", ["BSS_CLIENT_KEY", "BSS_CLIENT_SECRET", "BSS_USERNAME", "BSS_PASSWORD"])
def test_check_bad(repository: Repository, name: str) -> None:
    """A wrong credential is 1, and the message names the vendor."""
    ended = repository.run("check", env={name: "wrong-one"})
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("interworks: ")
    assert "wrong-one" not in ended.err


def test_check_unreachable(repository: Repository) -> None:
    """A vendor that is not there is 1."""
    repository.configure(CONFIGURATION.replace("URL", "http://127.0.0.1:9"))
    ended = repository.run("check")
    assert ended.code == 1
    assert "interworks" in ended.err


def test_catalogue_is_pinned_once(repository: Repository) -> None:
    """A pull writes a file for git; a second one changes not a byte, and validation reads it."""
    path = repository.root / "catalogue" / "interworks.json"
    first = repository.run("catalogue", "pull", "avg")
    assert (first.code, first.out) == (0, "")
    content, moment = path.read_bytes(), path.stat().st_mtime_ns
    assert "AVG-IS-BE" in content.decode()
    second = repository.run("catalogue", "pull", "interworks")
    assert "up to date" in second.err
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (content, moment)
    assert repository.run("validate").code == 0
    assert repository.vendor.mutations() == []


def test_pinned_definitions_check_what_does_not_exist_yet(repository: Repository) -> None:
    """Options of a new account are checked at plan time against the definitions last pulled."""
    repository.apply()
    repository.run("catalogue", "pull", "interworks")
    path = repository.root / "catalogue" / "interworks.json"
    pinned = json.loads(path.read_text(encoding="utf-8"))
    role = next(one for one in pinned["systems"]["AVG"]["options"] if one["ID"] == "role")
    role["PredefinedValues"] = [{"ID": "Reseller", "Name": "Reseller"}]
    path.write_text(json.dumps(pinned), encoding="utf-8")
    repository.write("newcomer", CUSTOMER.replace("acme", "newcomer"))
    ended = repository.run("plan", "-o", "json")
    assert ended.code == 1
    assert [(one["code"], one["address"]) for one in ended.document["diagnostics"]] == [("E420", "avg/sync/newcomer")]


def test_catalogue_that_cannot_be_read(repository: Repository) -> None:
    """A pinned catalogue that is broken is an error of the project, with what to do."""
    folder = repository.root / "catalogue"
    folder.mkdir()
    (folder / "interworks.json").write_text("{", encoding="utf-8")
    ended = repository.run("validate")
    assert ended.code == 1
    assert "catalogue pull interworks" in ended.err


def test_sandbox_keeps_its_state(repository: Repository, tmp_path: Path) -> None:
    """`sandbox --state` comes back with the same books after it was ended, and prints how to reach it."""
    state = tmp_path / "vendor.json"
    for accounts in (0, 1):
        with repository.running("sandbox", "--port", "0", "--state", str(state)) as run:
            facts = dict(run.line("out").strip().partition(": ")[::2] for _ in range(6))
            url = facts["url"]
            books = httpx.get(url.replace("/interworks", "/_sim/interworks/state"), trust_env=False).json()
            assert len(books["accounts"]) == accounts
            auth = (facts["clientKey"], facts["clientSecret"])
            form = {"grant_type": "password", "username": facts["username"], "password": facts["password"]}
            token = httpx.post(f"{url}/oauth/token", auth=auth, data=form, trust_env=False).json()["access_token"]
            headers = {"Authorization": f"Bearer {token}", "X-Api-Version": "3.0"}
            made = httpx.post(f"{url}/api/accounts", json={"name": "A"}, headers=headers, trust_env=False)
            assert made.status_code == 201
            run.signal(signal.SIGINT)
            assert run.end().code in {0, 130}
    assert len(json.loads(state.read_text(encoding="utf-8"))["simulators"]["interworks"]["books"]["accounts"]) == 2


def test_sandbox_that_cannot_start(repository: Repository, tmp_path: Path) -> None:
    """A taken port or a file that is no state is an error that says what to choose."""
    taken = repository.vendor.origin.rsplit(":", 1)[1]
    ended = repository.run("sandbox", "--port", taken)
    assert (ended.code, ended.out) == (1, "")
    assert "--port" in ended.err
    other = tmp_path / "other.json"
    other.write_text("[]", encoding="utf-8")
    assert repository.run("sandbox", "--port", "0", "--state", str(other)).code == 1


def test_renamed_customer_is_the_same(repository: Repository) -> None:
    """`previously` is a rename: nothing is created, nothing bought."""
    for name in ("keys", "boxes", "seats"):
        repository.remove(name)
    repository.apply()
    before = repository.vendor.books()
    repository.write("acme", CUSTOMER.replace("{name: acme, ", "{name: acme-dental, previously: [acme], "))
    assert repository.run("apply", "--yes").code == 0
    assert repository.vendor.books() == before
