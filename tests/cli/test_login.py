"""A person's consent and what follows: `login` over real sockets, then runs that sign in with what it gave."""

import dataclasses
import re
import signal
import socket
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli import rotating_vendor
from tests.cli.repository import Ended, Repository, Running
from tests.cli.server import Vendor
from tests.edges import token_server
from tests.edges.token_server import CLIENT, CODE, PREFIX, SECRET, Books

CONFIGURATION = """\
apiVersion: reconciler/v1
kind: Project
metadata: {name: acme-infra}
vendors:
  acme:
    url: URL/api-host
    loginUrl: URL
    redirect: REDIRECT
    credentials: {clientId: {env: ACME_ID}, clientSecret: {env: ACME_SECRET}, refreshToken: {env: ACME_TOKEN}}
    limits: {perSecond: 1000}
  interworks:
    url: URL
    credentials: {clientKey: {env: ACME_ID}, clientSecret: {env: ACME_ID},
                  username: {env: ACME_ID}, password: {env: ACME_ID}}
  avg: {via: interworks, systemCode: AVG}
"""
ACCOUNT = """\
apiVersion: reconciler/v1
kind: Account
metadata: {name: harbour}
spec: {displayName: Harbour Law, vendors: {acme: {}}}
"""


@dataclasses.dataclass(frozen=True)
class Site:
    """A repository that uses the token server, and the server's books."""

    repository: Repository
    books: Books
    url: str

    def configure(self, *, redirect: str = "http://127.0.0.1:0", more: str = "") -> None:
        """Write the configuration."""
        text = CONFIGURATION.replace("REDIRECT", redirect).replace("URL", self.url)
        (self.repository.root / "reconciler.yaml").write_text(text + more, encoding="utf-8")

    def token(self, value: str | None) -> None:
        """Configure the starting value of the refresh token, or take it away."""
        self.repository.env.pop("ACME_TOKEN", None)
        if value is not None:
            self.repository.env["ACME_TOKEN"] = value

    def log_in(self, visit: Callable[[str], object], *arguments: str) -> Ended:
        """Run `login`, visit the address that it shows, and wait for its end."""
        with self.repository.running("login", "acme", *arguments) as running:
            visit(shown_url(running))
            return running.end()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Return a repository whose vendor nobody has consented to yet."""
    with token_server.serving() as (url, books):
        repository = Repository(tmp_path / "repository", Vendor(url), {"harbour": ACCOUNT})
        repository.env |= {"PYTHONPATH": rotating_vendor.install(tmp_path / "plugin"), "ACME_ID": CLIENT}
        repository.env["ACME_SECRET"] = SECRET
        made = Site(repository, books, url)
        made.configure()
        yield made
        repository.vendor.close()


def shown_url(running: Running) -> str:
    """Return the address that `login` shows."""
    seen = []
    while line := running.line():
        seen.append(line)
        if line.startswith("http"):
            return line.strip()
    raise AssertionError("".join(seen))


def visit(url: str) -> str:
    """Open an address as a browser does, redirects included; return what the person reads."""
    assert url.startswith("http://127.0.0.1:")
    with urllib.request.urlopen(url, timeout=30) as page:  # noqa: S310 - loopback by the line above
        text: str = page.read().decode()
        return text


def silent(ended: Ended) -> None:
    """Require that no credential was shown."""
    for secret in (SECRET, CODE, PREFIX, "access-canary", "AGE-SECRET-KEY"):
        assert secret not in ended.said


def test_consent_once_then_every_run_signs_in(site: Site) -> None:
    """`login` keeps what the consent gives; afterwards runs sign in without any configured value."""
    before = site.repository.run("check", "acme")
    assert (before.code, site.books.grants) == (1, [])
    assert "run `reconciler login acme`" in before.err

    pages: list[str] = []
    ended = site.log_in(lambda url: pages.append(visit(url)))
    assert (ended.code, ended.out) == (0, "")
    assert "this window can be closed" in pages[0]

    after = [site.repository.run("check", "acme"), site.repository.run("plan", "-o", "json")]
    assert [one.code for one in after] == [0, 0]
    assert site.books.grants == [CODE, f"{PREFIX}1", f"{PREFIX}2"]
    for one in (before, ended, *after):
        silent(one)


def test_plan_writes_the_credential_and_nothing_else(site: Site) -> None:
    """The first plan makes ledger and key for what the vendor replaced; no run, claim or object is in it."""
    site.token(site.books.alive)
    ended = site.repository.run("plan")
    assert ended.code == 0
    silent(ended)
    folder = site.repository.root / ".reconciler"
    assert {"state.db", "identity.txt"} <= {path.name for path in folder.iterdir()}
    assert "state.db.mark" not in {path.name for path in folder.iterdir()}
    assert site.repository.run("plan").code == 0
    assert (site.books.dead, len(site.books.grants)) == ([], 2)


def test_a_plan_beside_another_vendor_creates_nothing(site: Site) -> None:
    """Where no credential changes with its use, reading leaves no trace."""
    site.repository.run("check", "interworks")
    assert not (site.repository.root / ".reconciler").exists()


def test_an_ended_consent_is_cured_by_login(site: Site) -> None:
    """A dead credential is said with its cure, and the cure works without touching the configured value."""
    site.token(site.books.alive)
    assert site.repository.run("check", "acme").code == 0
    site.books.alive = "none"
    dead = site.repository.run("check", "acme")
    assert dead.code == 1
    assert "acme has ended the consent that this project signs in with; run `reconciler login acme`" in dead.err
    assert site.log_in(visit).code == 0
    assert site.repository.run("check", "acme").code == 0
    silent(dead)


def test_a_refused_consent(site: Site) -> None:
    """A person who says no ends the login with the vendor's word and nothing kept."""
    site.books.refuse = "access_denied"
    ended = site.log_in(visit)
    assert ended.code == 1
    assert "acme was not given consent: 'access_denied'" in ended.err
    assert site.books.grants == []


def test_a_strange_browser_is_not_believed(site: Site) -> None:
    """What comes back with another state, or with none, is refused; the login goes on waiting for the real one."""
    codes: list[int] = []

    def visits(url: str) -> None:
        back = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))["redirect_uri"]
        for query in (f"?code={CODE}&state=guessed", f"?code={CODE}", "/favicon.ico", "?state=x&error=access_denied"):
            with pytest.raises(urllib.error.HTTPError) as caught:
                visit(back + query)
            codes.append(caught.value.code)
            caught.value.close()
        visit(url)

    ended = site.log_in(visits)

    assert (ended.code, codes) == (0, [400, 404, 404, 400])
    assert "state of another login" in ended.err
    assert site.books.grants == [CODE]


def test_the_address_that_is_shown(site: Site) -> None:
    """It asks for a code with our client, a state of enough chance, and the port that is listened on."""
    seen: list[str] = []

    def look(url: str) -> None:
        seen.append(url)
        visit(url)

    assert site.log_in(look).code == 0
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(seen[0]).query))
    assert seen[0].startswith(f"{site.url}/connect/authorize?")
    assert (query["response_type"], query["client_id"], query["scope"]) == ("code", CLIENT, "openid offline_access")
    assert len(query["state"]) >= 43
    assert re.fullmatch(r"http://127\.0\.0\.1:[1-9]\d*", query["redirect_uri"])


def test_a_taken_port(site: Site) -> None:
    """A redirect whose port another program uses is an error before the person is asked."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        site.configure(redirect=f"http://127.0.0.1:{taken.getsockname()[1]}")
        ended = site.repository.run("login", "acme")
    assert ended.code == 1
    assert "cannot be listened on" in ended.err
    assert "authorize" not in ended.err


def test_nobody_comes(site: Site) -> None:
    """Waiting ends at the limit, with the command to try again."""
    ended = site.repository.run("login", "acme", "--wait", "50ms")
    assert ended.code == 1
    assert "no browser came back within 50ms; run `reconciler login acme` again" in ended.err


def test_a_person_may_give_up(site: Site) -> None:
    """The first signal ends the wait with 130; nothing is kept."""
    with site.repository.running("login", "acme") as running:
        shown_url(running)
        running.signal(signal.SIGINT)
        assert running.end().code == 130
    assert site.books.grants == []


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["interworks"], "interworks needs no login"),
        (["avg"], "interworks needs no login"),
        (["divalto"], "vendor divalto is not configured; configured are acme, avg, interworks"),
        (["acme", "--wait", "soon"], "--wait 'soon' cannot be read"),
    ],
    ids=["no consent", "behind another", "unknown", "span"],
)
def test_what_cannot_be_logged_in_to(site: Site, arguments: list[str], text: str) -> None:
    """Vendors without a consent, unknown ones and odd flags are wrong usage."""
    ended = site.repository.run("login", *arguments)
    assert ended.code == 64
    assert text in ended.err


@pytest.mark.parametrize(
    ("more", "env", "text"),
    [
        ("sealing: {recipients: [RECIPIENT]}\n", {}, "sealing.credentialKey is not set"),
        ("", {"CI": "true"}, "set sealing.credentialKey in reconciler.yaml"),
        ("sealing: {credentialKey: {env: NO_KEY}}\n", {}, "environment variable NO_KEY is not set"),
        ("sealing: {credentialKey: {env: ACME_ID}}\n", {}, "the identity is no age identity"),
    ],
    ids=["recipients only", "CI", "missing", "no key"],
)
def test_a_key_is_needed_first(site: Site, more: str, env: dict[str, str], text: str) -> None:
    """Without a key to seal to nothing is signed in and nobody is asked to consent; the setting is named."""
    site.configure(more=more.replace("RECIPIENT", "age1" + "q" * 58))
    site.token(site.books.alive)
    for command in ("check", "login"):
        ended = site.repository.run(command, "acme", env=env)
        assert ended.code == 1
        assert text in ended.err
        assert "authorize" not in ended.err
    assert site.books.grants == []
