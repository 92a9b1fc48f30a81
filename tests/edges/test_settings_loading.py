"""Reading `reconciler.yaml`: what it gives, by default, written out and under an environment."""

import datetime as dt
import decimal
from pathlib import Path

import pytest

from reconciler.model import Money, SecretSource
from reconciler.settings import values
from tests.edges.settings_samples import BSS, HEAD, good, load, shown


def test_the_least_file_has_all_defaults(tmp_path: Path) -> None:
    """Three lines are a configuration; everything else has the documented default."""
    settings = good(tmp_path, HEAD)

    assert settings.project == "acme-infra"
    assert settings.owners == ("acme-infra",)
    assert settings.specs == ("specs",)
    assert settings.status_dir == tmp_path / "status"
    assert settings.state_file == tmp_path / ".reconciler/state.db"
    assert settings.vendors == {}
    assert settings.policy == values.Policy()
    assert settings.policy.limits == values.Limits(creates=100, updates=100, executes=20, deletes=0, notifications=50)
    assert not settings.sealing.configured


def test_vendor_defaults_are_the_documented_ones(tmp_path: Path) -> None:
    """A vendor with an address and credentials has the documented limits and times, in seconds."""
    settings = good(tmp_path, HEAD + BSS)

    assert settings.vendors["bss"] == values.VendorSettings(
        name="bss",
        plugin="bss",
        url="https://bss.example.com",
        credentials={"clientKey": SecretSource("env", "BSS_KEY"), "clientSecret": SecretSource("file", "secret.txt")},
        concurrency=4,
        per_second=5.0,
        timeout=30.0,
        lookup_lag=5.0,
        doubt_window=900.0,
        options={"level": "reseller", "reseller": None, "strict": False, "productTypes": []},
    )


def test_every_key_arrives(tmp_path: Path) -> None:
    """Each setting that can be written is a value of its own type and unit afterwards."""
    settings = good(
        tmp_path,
        """\
apiVersion: reconciler/v1
kind: Project
metadata: {name: acme, previously: [old-acme]}
specs: [specs, more/*.yaml]
status: null
sealing: {recipients: [age1qqqqqqqqqqqqqqqqqqqqqqqq], identity: {file: ~/key}, credentialKey: {env: KEY}}
state: postgresql://me@db/x
vendors:
  bss:
    url: http://127.0.0.1:8700/bss
    loginUrl: https://login.example.com
    credentials: {clientKey: {env: A}, clientSecret: {env: B}}
    limits: {concurrency: 2, perSecond: 0.5}
    timeout: 1m
    pageSize: 50
    caFile: ca.pem
    allowPrivate: true
    lookupLag: 10s
    doubtWindow: 1h
    capabilities: {can_resend_key: false}
    strict: true
    reseller: 007
    productTypes: [{id: NO, immutable: true}]
  avg: {via: bss, systemCode: AVG2, timeout: 2m, capabilities: {can_pay: true}}
policy:
  limits: {creates: 1, deletes: 2}
  budget: {EUR: "500", USD: "0.50"}
  unpriced: refuse
  maintenance: {bss: [{days: [sat, mon], from: "22:00", to: "04:00", zone: Europe/London}]}
  freeze: [{from: 2026-12-20T00:00:00Z, to: 2027-01-02T00:00:00+02:00, reason: holidays}]
  waivers: [{rule: maintenance, address: avg/sync/x, reason: agreed, expires: 2026-12-31}]
""",
    )

    bss, avg, policy = settings.vendors["bss"], settings.vendors["avg"], settings.policy
    assert settings.former_projects == ("old-acme",)
    assert settings.owners == ("acme", "old-acme")
    assert (settings.specs, settings.status_dir) == (("specs", "more/*.yaml"), None)
    assert (settings.state, settings.state_file) == ("postgresql://me@db/x", None)
    assert settings.sealing.identity == SecretSource("file", "~/key")
    assert settings.sealing.credential_key == SecretSource("env", "KEY")
    assert (bss.url, bss.login_url) == ("http://127.0.0.1:8700/bss", "https://login.example.com")
    assert (bss.concurrency, bss.per_second, bss.page_size) == (2, 0.5, 50)
    assert (bss.timeout, bss.lookup_lag, bss.doubt_window) == (60, 10, 3600)
    assert (bss.ca_file, bss.allow_private) == (tmp_path / "ca.pem", True)
    assert bss.options == {
        "level": "reseller",
        "reseller": "007",
        "strict": True,
        "productTypes": [{"id": "NO", "immutable": True}],
    }
    assert (avg.via, avg.plugin, avg.system_code, avg.url) == ("bss", "bss", "AVG2", bss.url)
    assert (avg.timeout, avg.concurrency, avg.lookup_lag) == (120, 2, 10)
    assert avg.capabilities == {"can_resend_key": False, "can_pay": True}
    assert avg.credentials == {}
    assert policy.limits == values.Limits(creates=1, updates=100, executes=20, deletes=2, notifications=50)
    assert policy.budget == {
        "EUR": Money(decimal.Decimal(500), "EUR"),
        "USD": Money(decimal.Decimal("0.50"), "USD"),
    }
    assert policy.unpriced == "refuse"
    assert policy.maintenance == {"bss": (values.Window(frozenset({0, 5}), dt.time(22), dt.time(4), "Europe/London"),)}
    assert policy.freeze[0].begins == dt.datetime(2026, 12, 20, tzinfo=dt.UTC)
    assert policy.freeze[0].ends == dt.datetime(2027, 1, 1, 22, tzinfo=dt.UTC)
    assert policy.waivers == (values.Waiver("maintenance", "avg/sync/x", "agreed", dt.date(2026, 12, 31)),)


def test_a_system_has_the_code_of_its_manual(tmp_path: Path) -> None:
    """Without `systemCode` a system is called what its plug-in says."""
    settings = good(tmp_path, HEAD + BSS + "  panda: {via: bss}\n")

    assert settings.vendors["panda"].system_code == "PandaAntivirus"


def test_a_manual_transport_needs_no_address(tmp_path: Path) -> None:
    """A vendor whose work people do needs neither url nor credentials."""
    settings = good(tmp_path, HEAD + "vendors: {paper: {transport: manual}}\n")

    assert settings.vendors["paper"].url is None


STAGING = """\
environments:
  staging:
    vendors: {bss: {url: https://staging.example.com, limits: {perSecond: 1}}}
    specs: [staging]
    status: null
  empty:
"""


def test_an_environment_is_merged_over_the_rest(tmp_path: Path) -> None:
    """Mappings are merged key by key, lists and scalars replaced; what is not named stays."""
    settings = good(tmp_path, HEAD + BSS + "    limits: {concurrency: 2}\n" + STAGING, "staging")

    assert settings.environment == "staging"
    assert settings.owners == ("acme-infra.staging",)
    assert settings.vendors["bss"].url == "https://staging.example.com"
    assert (settings.vendors["bss"].concurrency, settings.vendors["bss"].per_second) == (2, 1.0)
    assert settings.vendors["bss"].credentials["clientKey"] == SecretSource("env", "BSS_KEY")
    assert (settings.specs, settings.status_dir) == (("staging",), None)


def test_without_env_no_environment_counts(tmp_path: Path) -> None:
    """The environments change nothing unless one is asked for; an empty one only names itself."""
    plain = good(tmp_path, HEAD + BSS + STAGING)
    empty = good(tmp_path, HEAD + BSS + STAGING, "empty")

    assert plain.vendors["bss"].url == empty.vendors["bss"].url == "https://bss.example.com"
    assert (plain.owners, empty.owners) == (("acme-infra",), ("acme-infra.empty",))


def test_former_projects_carry_the_environment(tmp_path: Path) -> None:
    """Under --env the former names are looked for with that environment."""
    head = HEAD.replace("{name: acme-infra}", "{name: acme-infra, previously: [acme]}")

    settings = good(tmp_path, head + BSS + STAGING, "staging")

    assert settings.owners == ("acme-infra.staging", "acme.staging")


def test_an_unknown_environment_is_named_with_the_nearest(tmp_path: Path) -> None:
    """A misspelt --env is a problem that offers the right one."""
    loaded = load(tmp_path, HEAD + BSS + STAGING, "stagin")

    assert loaded.settings is None
    assert shown(loaded) == ["8:1 E216 environment 'stagin' is unknown; did you mean 'staging'?"]


def test_an_environment_may_complete_what_the_rest_leaves_out(tmp_path: Path) -> None:
    """A url that only the environments give is missing without --env, and only then."""
    text = HEAD + BSS.replace("    url: https://bss.example.com\n", "") + STAGING

    assert load(tmp_path, text, "staging").settings is not None
    assert shown(load(tmp_path, text)) == ["5:3 E205 url of vendor bss is missing; add `url: https://...`"]


def test_faults_of_other_environments_show_too(tmp_path: Path) -> None:
    """A misspelt key in an environment that was not asked for is found at its place, and once."""
    text = HEAD + BSS + "environments:\n  a: {vendors: {bss: {urll: x}}}\n  b: {vendors: {bss: {timeout: 5}}}\n"

    for environment in (None, "a", "b"):
        lines = shown(load(tmp_path, text, environment))
        assert [line.split(" ")[0:2] for line in lines] == [["9:23", "E204"], ["10:32", "E211"]]


@pytest.mark.parametrize("key", ["apiVersion: reconciler/v1", "kind: Project", "environments: {}"])
def test_an_environment_cannot_redefine_the_file(tmp_path: Path, key: str) -> None:
    """What the file is, and its environments, are not an environment's to say."""
    loaded = load(tmp_path, f"{HEAD}environments:\n  a:\n    {key}\n")

    (line,) = shown(loaded)
    assert line.startswith(f"6:5 E204 environment a cannot set {key.split(':', maxsplit=1)[0]}")


def test_the_effective_configuration_is_what_a_plan_rests_on(tmp_path: Path) -> None:
    """Formatting, written-out defaults, state and status do not change it; a limit, a url or the environment does."""
    same = [
        HEAD + BSS,
        HEAD + BSS + "    timeout: 30s\nstatus: elsewhere\nstate: sqlite:///x.db\n",
        "# comment\n" + HEAD + BSS + "environments: {staging: {}}\n",
    ]
    other = [HEAD + BSS + "    timeout: 31s\n", HEAD + BSS.replace("bss.example", "b.example"), HEAD]

    effective = [good(tmp_path, text).effective for text in same]

    assert effective[0] == effective[1] == effective[2]
    assert all(good(tmp_path, text).effective != effective[0] for text in other)
    assert good(tmp_path, same[2], "staging").effective != effective[0]
    assert "BSS_KEY" in str(effective[0])
