"""What is wrong with a `reconciler.yaml` is said at its place, all at once, and never with a secret."""

from pathlib import Path

import pytest

from tests.edges.settings_samples import BSS, HEAD, load, shown

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
    "waiver of an unknown rule": (
        HEAD + "policy: {waivers: [{rule: maintainance, address: avg/sync/x, reason: agreed, expires: 2026-12-31}]}\n",
        ["4:19 E216 waiver of 'maintainance', which is no rule that can be waived; did you mean 'maintenance'?"],
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
