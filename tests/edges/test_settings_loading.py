"""Reading `reconciler.yaml`: what it gives, and that every fault is said at its place."""

import datetime as dt
import decimal
from pathlib import Path
from typing import Any

import pytest

from reconciler import contract
from reconciler.errors import ConfigurationError
from reconciler.model import Money, SecretSource
from reconciler.settings import loading, values


def never(*_: Any) -> Any:
    """Stand for a function that reading settings must not call."""
    raise AssertionError


PLUGINS = {
    "bss": contract.Plugin(
        name="bss",
        contract=contract.VERSION,
        kinds=never,
        create=never,
        credentials=("clientKey", "clientSecret"),
        options={"level": "reseller", "reseller": None, "strict": False, "productTypes": []},
        systems={"avg": {"systemCode": "AVG"}, "panda": {"systemCode": "PandaAntivirus"}},
    ),
    "paper": contract.Plugin(
        name="paper",
        contract=contract.VERSION,
        kinds=never,
        create=never,
        credentials=("apiKey",),
        options={"transport": "http"},
    ),
}
HEAD = "apiVersion: reconciler/v1\nkind: Project\nmetadata: {name: acme-infra}\n"
BSS = """\
vendors:
  bss:
    url: https://bss.example.com
    credentials: {clientKey: {env: BSS_KEY}, clientSecret: {file: secret.txt}}
"""


def load(folder: Path, text: str, environment: str | None = None) -> values.Loaded:
    """Write the file and read it."""
    path = folder / "reconciler.yaml"
    path.write_text(text, encoding="utf-8")
    return loading.load_settings(path, environment=environment, plugins=PLUGINS)


def good(folder: Path, text: str, environment: str | None = None) -> values.Settings:
    """Write the file, read it and return settings without a problem."""
    loaded = load(folder, text, environment)
    assert loaded.problems == ()
    assert loaded.settings is not None
    return loaded.settings


def shown(loaded: values.Loaded) -> list[str]:
    """Return the problems as `line:column CODE summary; detail`."""
    lines = []
    for problem in loaded.problems:
        assert problem.place is not None
        assert problem.place.range is not None
        start = problem.place.range.start
        detail = f"; {problem.detail}" if problem.detail else ""
        lines.append(f"{start.line}:{start.column} {problem.code} {problem.summary}{detail}")
    return lines


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
  waivers: [{rule: E401, address: avg/sync/x, reason: agreed, expires: 2026-12-31}]
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
    assert policy.waivers == (values.Waiver("E401", "avg/sync/x", "agreed", dt.date(2026, 12, 31)),)


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


FAULTS: dict[str, tuple[str, list[str]]] = {
    "unknown key": (
        HEAD + "vendor: {}\n",
        ["4:1 E204 field 'vendor' is unknown here; did you mean 'vendors'?"],
    ),
    "unknown vendor": (
        HEAD + "vendors:\n  bbs: {url: https://x.example}\n",
        ["5:3 E215 vendor 'bbs' is unknown here; did you mean 'bss'?"],
    ),
    "unknown vendor key": (
        HEAD + BSS + "    levl: x\n",
        ["8:5 E204 field 'levl' is unknown here; did you mean 'level'?"],
    ),
    "system key on a vendor": (
        HEAD + BSS + "    via: bss\n",
        ["8:5 E204 field 'via' is unknown here; known are allowPrivate, caFile, "],
    ),
    "address on a system": (
        HEAD + BSS + "  avg: {via: bss, credentials: {}}\n",
        ["8:19 E204 field 'credentials' is unknown here; known are caFile, capabilities, "],
    ),
    "no via": (HEAD + BSS + "  avg: {systemCode: AVG}\n", ["8:3 E205 via is missing; add `via:` to avg"]),
    "wrong via": (
        HEAD + BSS + "  avg: {via: bs}\n",
        ["8:14 E215 vendor avg is not reached via 'bs'; did you mean 'bss'?"],
    ),
    "via not configured": (
        HEAD + "vendors:\n  avg: {via: bss}\n",
        ["5:14 E215 vendor avg is reached via bss, which is not configured; add `bss:` under vendors"],
    ),
    "http": (
        HEAD + BSS.replace("https://", "http://"),
        ["6:10 E211 url of vendor bss is http, which is accepted for loopback addresses only; write https://"],
    ),
    "literal secret": (
        HEAD + BSS.replace("{env: BSS_KEY}", "hunter2"),
        ["7:30 E214 clientKey is a secret and must not be written here; write {env: NAME} or {file: path}"],
    ),
    "unknown credential": (
        HEAD + BSS.replace("clientKey:", "clientKy:"),
        [
            "7:5 E205 credentials of vendor bss lack clientKey; add `clientKey: {env: NAME}`",
            "7:19 E204 credential 'clientKy' is unknown to vendor bss; did you mean 'clientKey'?",
        ],
    ),
    "budget as number with words": (
        HEAD + "policy: {budget: {EUR: much}}\n",
        ['4:24 E211 EUR has not the form it needs; write digits with at most four decimals, such as "12.50"'],
    ),
    "budget in no currency": (
        HEAD + 'policy: {budget: {euro: "5"}}\n',
        ["4:19 E211 euro has not the form it needs; write three capital letters, such as EUR"],
    ),
    "negative limit": (
        HEAD + "policy: {limits: {deletes: -1}}\n",
        ["4:28 E213 deletes: input should be greater than or equal to 0"],
    ),
    "freeze backwards": (
        HEAD + "policy:\n  freeze:\n    - {from: 2026-02-01T00:00:00Z, to: 2026-01-01T00:00:00Z, reason: x}\n",
        ["6:5 E216 freeze ends at 2026-01-01T00:00:00Z, not after it begins; correct `from` or `to`"],
    ),
    "freeze without offset": (
        HEAD + "policy: {freeze: [{from: 2026-02-01T00:00:00, to: 2026-03-01T00:00:00Z, reason: x}]}\n",
        ["4:26 E216 from: '2026-02-01T00:00:00' is no moment with an offset; write it as 2026-12-20T00:00:00Z"],
    ),
    "no such zone": (
        HEAD + BSS + 'policy: {maintenance: {bss: [{days: [sat], from: "22:00", to: "04:00", zone: London}]}}\n',
        ["8:78 E216 zone: 'London' is no IANA time zone; write a name such as Europe/London"],
    ),
    "maintenance of no vendor": (
        HEAD + BSS + 'policy: {maintenance: {bs: [{days: [sat], from: "22:00", to: "04:00", zone: UTC}]}}\n',
        ["8:24 E215 maintenance names 'bs', which is no configured vendor; did you mean 'bss'?"],
    ),
    "path out": (HEAD + "specs: [../x]\n", ["4:8 E102 '../x' leaves the project; name a path below it"]),
    "status is the project": (
        HEAD + "status: .\n",
        ["4:9 E102 '.' is no directory in the project; name a directory below it"],
    ),
    "state elsewhere": (
        HEAD + "state: mysql://x/y\n",
        ["4:8 E211 state is no address of a ledger; write sqlite:///.reconciler/state.db or postgresql://user@host/db"],
    ),
    "name is no label": (
        HEAD.replace("acme-infra", "Acme Infra"),
        ["3:18 E211 name has not the form it needs; write lower-case letters, digits and hyphens, "],
    ),
    "wrong kind": (
        HEAD.replace("Project", "Account"),
        ["2:7 E210 kind cannot be 'Account'; choices are Project"],
    ),
    "several documents": (HEAD + "---\n" + HEAD, ["5:1 E123 reconciler.yaml holds several documents; keep one"]),
    "a list": ("- a\n", ["1:1 E201 reconciler.yaml is no configuration; begin with apiVersion and kind"]),
    "empty": ("# nothing\n", ["1:1 E201 reconciler.yaml is no configuration; begin with apiVersion and kind"]),
}


@pytest.mark.parametrize(("text", "expected"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_said_at_its_place(tmp_path: Path, text: str, expected: list[str]) -> None:
    """Each fault has the stable code, the place of the value and what to do; there are no settings then."""
    loaded = load(tmp_path, text)

    lines = shown(loaded)
    assert len(lines) == len(expected), lines
    assert [line[: len(begin)] for line, begin in zip(lines, expected, strict=True)] == expected
    assert loaded.settings is None


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    """Faults in different parts of the file are reported in one run, in the order of their lines."""
    text = HEAD.replace("kind: Project", "kind: Projct") + "specs: []\nvendors:\n  bss: {timeout: soon}\npolicyy: {}\n"

    lines = shown(load(tmp_path, text))

    assert [line.split(" ")[0:2] for line in lines] == [
        ["2:7", "E210"],
        ["4:1", "E212"],
        ["6:18", "E211"],
        ["7:1", "E204"],
    ]


@pytest.mark.parametrize(
    "text",
    [
        HEAD + BSS.replace("https://", "https://user:hunter2@"),
        HEAD + "state: postgresql://me:hunter2@db/x\n",
        HEAD + BSS.replace("{env: BSS_KEY}", "hunter2"),
    ],
    ids=["url", "state", "credential"],
)
def test_a_secret_in_the_file_is_not_quoted(tmp_path: Path, text: str) -> None:
    """A password written into the file is refused and appears in no problem, snippet included."""
    loaded = load(tmp_path, text)

    assert len(loaded.problems) == 1
    assert loaded.problems[0].place is not None
    assert "(secret)" in str(loaded.problems[0].place.snippet)
    assert "hunter2" not in repr(loaded)


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


def test_the_file_is_found_upwards(tmp_path: Path) -> None:
    """From any directory of the project the nearest configuration above is taken."""
    (tmp_path / "reconciler.yaml").touch()
    deep = tmp_path / "specs" / "deep"
    deep.mkdir(parents=True)

    assert loading.find_project(deep) == tmp_path / "reconciler.yaml"


def test_the_search_ends_at_the_git_root(tmp_path: Path) -> None:
    """A configuration above the repository is another project's."""
    (tmp_path / "reconciler.yaml").touch()
    inner = tmp_path / "repository"
    (inner / ".git").mkdir(parents=True)

    with pytest.raises(ConfigurationError, match=r"no reconciler.yaml in .*repository or above; run `reconciler init`"):
        loading.find_project(inner)


def test_a_named_file_is_taken_or_refused(tmp_path: Path) -> None:
    """--config names the file, relative to the working directory; a missing one is an error and nothing is searched."""
    (tmp_path / "reconciler.yaml").touch()
    (tmp_path / "other.yaml").touch()

    assert loading.find_project(tmp_path, Path("other.yaml")) == tmp_path / "other.yaml"
    with pytest.raises(ConfigurationError, match=r"missing.yaml does not exist or is no file"):
        loading.find_project(tmp_path, Path("missing.yaml"))


def test_a_linked_configuration_is_refused(tmp_path: Path) -> None:
    """A symbolic link in place of the file is not followed."""
    (tmp_path / "real.yaml").write_text(HEAD, encoding="utf-8")
    (tmp_path / "reconciler.yaml").symlink_to(tmp_path / "real.yaml")

    loaded = loading.load_settings(tmp_path / "reconciler.yaml", plugins=PLUGINS)

    assert [problem.code for problem in loaded.problems] == ["E103"]
    assert loaded.settings is None
