"""Rules of foreign text: what people and vendors write is shown and does nothing, in every form and on both streams."""

import html.parser
import json
import re
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as ET

import pytest

from tests.cli.repository import DIRECT, ESTATE, Repository

MARK = "quux"
TEXTS: Mapping[str, str] = {
    "workflow-command": f"::add-mask::{MARK}",
    "error-command": f"::error file=a,line=1::{MARK}",
    "old-command": f"##[group]{MARK}",
    "azure-command": f"##vso[task.setvariable variable=a]{MARK}",
    "percent": f"%0A::error::{MARK}%0D%25",
    "fence": f"``` {MARK} ````` ~~~",
    "html": f"</script><script>alert('{MARK}')</script><img src=x onerror=alert(1)>",
    "attribute": f"\" onmouseover=\"alert('{MARK}')",
    "comment": f"{MARK} --><!-- <details> ]]> &lt;",
    "link": f"[{MARK}](javascript:alert(1)) ![x](http://evil.example/x.png) <https://evil.example>",
    "mention": f"@all {MARK} #1 fixes #2 | a | b",
    "template": f"{{{{ 7*7 }}}} ${{7*7}} {{% raw %}} {MARK}",
}
CONTROLS: Mapping[str, str] = {
    "colour": f"\x1b[31m{MARK}\x1b[0m",
    "clear": f"\x1b[2J\x1b[H{MARK}",
    "carriage-return": f"delete all\r{MARK}     ",
    "line-feed-command": f"name\n::add-mask::{MARK}",
    "line-feed-old-command": f"name\r\n##[error]{MARK}",
    "title": f"\x1b]0;{MARK}\x07",
    "clipboard": f"\x1b]52;c;cm0gLXJmIC8=\x07{MARK}",
    "eight-bit": f"\x9b31m{MARK}\x85::stop-commands::x",
    "bidi": f"\u202egnp.{MARK}\u2066",
    "zero-width": f"pay\u200b{MARK}\ufeff\u2028::x",
}
_MARKUP = {"script", "img", "iframe", "svg", "a", "object", "link", "base", "form", "details"}


def inert(text: str) -> None:
    """Assert that a text drives no terminal, gives a CI system no command and hides nothing."""
    assert not [letter for letter in text if not letter.isprintable() and letter != "\n"]
    for line in text.splitlines():
        assert not re.match(r"\s*(::|##\[|##vso)", line), line
        assert not re.search(r"##(\[|vso\[)", line), line


def well_formed(form: str, text: str) -> None:
    """Assert that a form is still one document of its kind, with no markup but our own."""
    if form in {"json", "gitlab", "sarif"}:
        json.loads(text)
        assert "</script" not in text
    if form == "html":
        tags = Tags()
        tags.feed(text)
        assert not tags.seen & _MARKUP
        assert not [name for name in tags.attributes if name.startswith("on")]
    if form == "markdown":
        outside = outside_code(text)
        assert not re.search(r"<(?!/?(sub|sup|br)\b)|\]\(|!\[|@all|#\d|javascript:", outside), outside
    if form == "junit":
        ET.fromstring(text)  # noqa: S314 - our own output


class Tags(html.parser.HTMLParser):
    """Collects the elements and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.seen.add(tag)
        self.attributes.update(name for name, _ in attrs)


def outside_code(text: str) -> str:
    """Return Markdown without its code spans and fences, by CommonMark's rule of equally long back-tick runs."""
    kept, at = "", 0
    while opened := re.compile("`+").search(text, at):
        kept += text[at : opened.start()]
        closing = re.compile(rf"(?<!`){opened[0]}(?!`)").search(text, opened.end())
        at = closing.end() if closing else opened.end()
    return kept + text[at:]


def crowd(repository: Repository, texts: Sequence[str]) -> None:
    """Replace the estate by one account for each text, with the text wherever a manifest takes free text."""
    for name in ESTATE:
        repository.remove(name)
    for number, text in enumerate(texts):
        quoted = json.dumps(text)
        manifest = DIRECT.replace("Harbour Law", "NAME").replace("harbour", f"account-{number}")
        repository.write(f"{number}", manifest.replace("displayName: NAME", f"displayName: {quoted}, notes: {quoted}"))


def shown_in_every_form(repository: Repository) -> Mapping[str, str]:
    """Plan once and return what each form shows, after asserting that it is inert and well formed."""
    assert repository.run("plan", "--out", "plan.json").code == 0
    shown = {}
    for form in ("text", "json", "markdown", "html", "gitlab"):
        ended = repository.run("show", "plan.json", "-o", form, "--log-level", "debug")
        assert ended.code == 0
        inert(ended.said)
        well_formed(form, ended.out)
        shown[form] = ended.out
    return shown


def test_texts_of_manifests(repository: Repository) -> None:
    """What a contributor writes is data in every form of a plan, also of one that was saved."""
    crowd(repository, list(TEXTS.values()))
    shown = shown_in_every_form(repository)
    for form in ("text", "json", "markdown", "html"):
        assert shown[form].count(MARK) >= len(TEXTS)


def test_accounts_renamed_at_the_vendor(repository: Repository) -> None:
    """What a vendor calls things is data too: a plan shows what was there, harmlessly."""
    texts = [*TEXTS.values(), *CONTROLS.values()]
    crowd(repository, [f"Account {number}" for number in range(len(texts))])
    repository.apply()
    for row, text in zip(repository.vendor.rows("accounts"), texts, strict=True):
        repository.vendor.edit("accounts", row["id"], name=text, description=text)
    shown = shown_in_every_form(repository)
    for form in ("text", "json", "markdown", "html"):
        assert shown[form].count(MARK) >= len(texts)


ALL = [*TEXTS, *CONTROLS]
THREES = [ALL[at : at + 3] for at in range(0, len(ALL), 3)]


@pytest.mark.parametrize("names", THREES, ids=" ".join)
def test_comments_of_failed_synchronisations(repository: Repository, names: list[str]) -> None:
    """A vendor's comment on a failure is data in the report, the status, its files and the log."""
    texts = {**TEXTS, **CONTROLS}
    systems = zip(("AVG", "PandaAntivirus", "BitTitan"), names, strict=False)
    repository.vendor.settings(syncFailures={system: texts[name] for system, name in systems}, syncPolls=1)
    form = ("text", "json", "markdown")[THREES.index(names) % 3]
    ended = repository.run("apply", "--yes", "-o", form, "--log-level", "debug")
    assert ended.code == 5
    assert MARK in ended.out
    inert(ended.said)
    well_formed(form, ended.out)
    for command in (["status"], ["status", "-o", "json"], ["plan"]):
        inert(repository.run(*command).said)
    files = [path.read_text(encoding="utf-8") for path in (repository.root / "status").rglob("*.yaml")]
    assert any(MARK in one for one in files)
    for one in files:
        inert(one)


@pytest.mark.parametrize("name", ["workflow-command", "old-command", "html", "colour", "line-feed-command", "bidi"])
def test_message_of_a_refused_read(repository: Repository, name: str) -> None:
    """What a vendor answers to a read it refuses is data in the error, also where no renderer is at work."""
    text = {**TEXTS, **CONTROLS}[name]
    body = {"Type": text, "Message": text, "error": text, "error_description": text}
    repository.vendor.fault("status_before", "/api/", status=400, body=body, count=None)
    repository.vendor.fault("status_before", "/oauth/", nth=2, status=400, body=body, count=None)
    for command in (["check"], ["plan"]):
        ended = repository.run(*command, "--log-level", "debug")
        assert ended.code == 1
        assert MARK in ended.said
        inert(ended.said)


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github", "junit"])
def test_bad_manifests(repository: Repository, form: str) -> None:
    """A value that is refused is quoted in the problem as data, control characters and all."""
    hostile = {**TEXTS, **CONTROLS}
    for name, text in hostile.items():
        quoted = json.dumps(text)
        repository.write(
            f"bad-{name}", f"apiVersion: reconciler/v1\nkind: {quoted}\nmetadata: {{name: {quoted}}}\nspec: {{}}\n"
        )
        (repository.root / "specs" / f"raw-{name}.yaml").write_bytes(f"kind: {text}\n{text}: 1\n".encode())
    ended = repository.run("validate", "-o", form)
    assert ended.code == 1
    own = [line for line in ended.out.splitlines() if re.match(r"::(error|warning) file=specs/", line)]
    rest = "\n".join(line for line in ended.out.splitlines() if line not in own)
    assert bool(own) is (form == "github")
    inert(rest + ended.err)
    well_formed(form, ended.out)
    for line in own:
        inert(line.removeprefix("::"))
        assert re.fullmatch(r"::(error|warning) [^:]*::.*", line)


def test_names_of_files(repository: Repository) -> None:
    """A file name is chosen by whoever opens a pull request; in every form it is data."""
    for number, text in enumerate(("::error::x\x1b[31m", "a\n::add-mask::x", "<script>", "a,line=1::b")):
        (repository.root / "specs" / f"{text}{number}.yaml").write_text("kind: [", encoding="utf-8")
    for form in ("text", "json", "sarif", "github", "junit"):
        ended = repository.run("validate", "-o", form)
        assert ended.code == 1
        rest = "\n".join(line for line in ended.out.splitlines() if not re.match(r"::error file=specs/[^:]*::", line))
        inert(rest + ended.err)
        well_formed(form, ended.out)
