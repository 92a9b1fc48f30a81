# ruff: noqa: ARG002 - the signatures are the contract's
"""A plug-in for the token server: its vendor is signed in to with a refresh token, after a person's consent.

Installed beside the program by `install`, as other people's plug-ins are.
"""

import dataclasses
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from reconciler.contract import (
    VERSION,
    Answer,
    Case,
    Consent,
    Decision,
    Described,
    Endpoint,
    ObjectType,
    Observation,
    Observed,
    Plugin,
    Reader,
    Rotation,
    Scope,
    Setup,
    SignIn,
    Token,
    Verdict,
    Wanted,
    Wire,
    World,
)
from reconciler.model import Address, Json, Manifest, ManifestRef, Problem, Secret

LIST = Endpoint("list", "GET", "/api/things")
ROOT = Path(__file__).parents[2]


def judge(answer: Answer) -> Verdict:
    """Judge as a plain vendor would."""
    if answer.ok:
        return Verdict.CLEAR
    return Verdict.SIGNED_OUT if answer.status == 401 else Verdict.REFUSED


def _text(data: Json, name: str) -> str:
    if not isinstance(data, Mapping) or name not in data:
        raise ValueError(f"no {name}")
    return str(data[name])


def _successor(data: Json) -> Secret | None:
    return Secret(_text(data, "refresh_token")) if isinstance(data, Mapping) and "refresh_token" in data else None


def sign_in(setup: Setup) -> SignIn:
    """Return how to sign in with what is configured."""
    given = setup.credentials
    client = {"client_id": given["clientId"], "client_secret": given["clientSecret"]}
    return SignIn(
        path="/connect/token",
        form={"grant_type": "refresh_token", **client},
        read=lambda data: Token(Secret(_text(data, "access_token")), 3600),
        url=setup.options.get("loginUrl"),
        rotation=Rotation("refresh_token", given.get("refreshToken"), _successor),
        consent=Consent(
            path="/connect/authorize",
            query={"client_id": given["clientId"], "scope": "openid offline_access"},
            form=client,
            redirect=str(setup.options["redirect"]),
        ),
    )


class Rotating:
    """The adapter: it reads one list, and wants nothing changed."""

    name: str = "acme"
    serves: tuple[str, ...] = ("acme",)
    catalogue: Mapping[str, ObjectType] = {"acme/account": ObjectType("account", {}, {})}

    def __init__(self, setup: Setup) -> None:
        self.wire = Wire((LIST,), judge, lambda answer: f"status {answer.status}")
        if setup.credentials:
            self.wire = dataclasses.replace(self.wire, sign_in=sign_in(setup))

    def check(self, world: World) -> Iterable[Problem]:
        """Find nothing wrong."""
        return ()

    def expand(self, manifest: Manifest, world: World) -> Iterable[Wanted]:
        """Return the one account that a manifest stands for."""
        ref = ManifestRef(manifest.kind, manifest.name, "", 1)
        return (Wanted(Address("acme", "account", manifest.name), ref, (manifest.name,), {}),)

    async def observe(self, scope: Scope, read: Reader) -> Observation:
        """Read the list; nothing is there."""
        assert scope.now is not None
        await read.fetch(LIST.call())
        return Observation(scope.now, dict.fromkeys(scope.wanted, ()))

    def steps(self, case: Case) -> Decision:
        """Want nothing."""
        return Decision()

    def described_options(
        self, wanted: Wanted, observed: Observed | None, pinned: Mapping[str, Any]
    ) -> Described | None:
        """Describe nothing."""
        return None

    async def probe(self, read: Reader) -> str:
        """Read the list."""
        await read.fetch(LIST.call())
        return "signed in"


def _kinds() -> Any:
    from reconciler.model.kinds import Kinds, Spec

    class Options(Spec):
        """Options of an account there."""

    return Kinds(account_options={"acme": Options})


PLUGIN: Any = Plugin(
    name="acme",
    contract=VERSION,
    kinds=_kinds,
    create=Rotating,  # type: ignore[arg-type]  # it has what `plan`, `check` and `login` use, not what `apply` does
    credentials=("clientId", "clientSecret"),
    optional_credentials=("refreshToken",),
    options={"redirect": "http://127.0.0.1:0"},
)


def install(folder: Path) -> str:
    """Install the plug-in in a folder; return the PYTHONPATH with which it is found."""
    info = folder / "rotating_vendor-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: rotating-vendor\nVersion: 1.0\n", encoding="ascii")
    entry = "[reconciler.vendors]\nacme = tests.cli.rotating_vendor:PLUGIN\n"
    (info / "entry_points.txt").write_text(entry, encoding="ascii")
    return os.pathsep.join(filter(None, (str(folder), str(ROOT), os.environ.get("PYTHONPATH", ""))))
