"""Finding plug-ins by entry points, and making vendors from plug-ins and settings.

Plug-ins are real distributions written to a temporary directory on the import path.
"""

import dataclasses
import importlib
import itertools
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler import contract
from reconciler.errors import ConfigurationError
from reconciler.model import Secret, SecretSource
from reconciler.settings import discovery, loading, values

_numbers = itertools.count()
GOOD = """\
from reconciler import contract
PLUGIN = contract.Plugin(
    name="{name}", contract={version}, kinds=lambda: "kinds of {name}", create=lambda setup: setup,
    credentials=("key",), options={{"level": "reseller"}},
    systems={{"{name}-sub": {{"systemCode": "SUB", "extra": 1}}}},
)
"""

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Return a function that installs a plug-in written as a module; nothing else is installed meanwhile."""
    monkeypatch.setattr(sys, "path", [str(tmp_path), *(entry for entry in sys.path if "site-packages" not in entry)])

    def write(name: str, code: str = "", *, attribute: str = "PLUGIN", version: int = contract.VERSION) -> None:
        module = f"plugin_module_{next(_numbers)}"
        (tmp_path / f"{module}.py").write_text(code or GOOD.format(name=name, version=version), encoding="utf-8")
        facts = tmp_path / f"{module}-1.0.dist-info"
        facts.mkdir()
        (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n", encoding="utf-8")
        (facts / "entry_points.txt").write_text(
            f"[reconciler.vendors]\n{name} = {module}:{attribute}\n", encoding="utf-8"
        )
        importlib.invalidate_caches()

    return write


def test_plugins_are_found_by_entry_point(install: Install) -> None:
    """Every installed plug-in is there under its name, with what it adds to the language."""
    install("beta")
    install("alpha")

    found = discovery.find_plugins()

    assert sorted(found) == ["alpha", "beta"]
    assert discovery.kinds(found) == ["kinds of alpha", "kinds of beta"]


def test_no_plugin_is_no_error(install: Install) -> None:
    """With nothing installed there is nothing to find."""
    assert discovery.find_plugins() == {}


@pytest.mark.parametrize(
    ("version", "cure"),
    [(contract.VERSION - 1, "update the plug-in"), (contract.VERSION + 1, "update reconciler")],
    ids=["older", "newer"],
)
def test_another_contract_version_is_refused(install: Install, version: int, cure: str) -> None:
    """A plug-in for another version of the contract is named with what to update."""
    install("alpha", version=version)

    with pytest.raises(ConfigurationError, match=rf"plug-in alpha .* speaks version {version} .*; {cure}"):
        discovery.find_plugins()


BROKEN = {
    "import fails": ("raise RuntimeError('boom')", "cannot be loaded (RuntimeError: boom); reinstall or remove"),
    "no such name": ("OTHER = 1", "cannot be loaded (AttributeError"),
    "wrong thing": ("PLUGIN = 'text'", "is a str; its entry point must name a reconciler.contract.Plugin"),
    "other name": (
        GOOD.format(name="zeta", version=contract.VERSION),
        "calls itself zeta; register it under that name",
    ),
}


@pytest.mark.parametrize(("code", "words"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_plugin_is_named(install: Install, code: str, words: str) -> None:
    """What is wrong with a plug-in is said with its name; no traceback of foreign code."""
    install("alpha", code)

    with pytest.raises(ConfigurationError) as caught:
        discovery.find_plugins()

    assert str(caught.value).startswith("plug-in alpha (plugin_module_")
    assert words in str(caught.value)


def test_every_broken_plugin_is_named_at_once(install: Install) -> None:
    """Two broken plug-ins give two lines."""
    install("alpha", "raise RuntimeError('boom')")
    install("beta", "PLUGIN = 1")

    with pytest.raises(ConfigurationError) as caught:
        discovery.find_plugins()

    assert [line.split(" ")[1] for line in str(caught.value).splitlines()] == ["alpha", "beta"]


@pytest.mark.parametrize("name", ["alpha", "alpha-sub"], ids=["plug-in", "system"])
def test_two_plugins_for_one_vendor_are_refused(install: Install, name: str) -> None:
    """A vendor name belongs to one plug-in, also the name of a system behind it."""
    install("alpha")
    install(name)

    with pytest.raises(ConfigurationError, match=rf"serves the vendor {name}, as does plug-in alpha .*; remove one"):
        discovery.find_plugins()


def settings_of(folder: Path, plugins: dict[str, contract.Plugin]) -> values.Settings:
    """Return settings with the vendor alpha and its system."""
    path = folder / "reconciler.yaml"
    path.write_text(
        "apiVersion: reconciler/v1\nkind: Project\nmetadata: {name: acme}\nvendors:\n"
        "  alpha: {url: 'https://a.example', credentials: {key: {env: KEY}}, pageSize: 7,\n"
        "    capabilities: {can_do: false}}\n"
        "  alpha-sub: {via: alpha, extra: 2}\n",
        encoding="utf-8",
    )
    loaded = loading.load_settings(path, plugins=plugins)
    assert loaded.problems == ()
    assert loaded.settings is not None
    return loaded.settings


def test_a_vendor_is_made_from_its_part_of_the_configuration(install: Install, tmp_path: Path) -> None:
    """One vendor for each account, with its secrets, its options and defaults, and the systems that go via it."""
    install("alpha")
    plugins = discovery.find_plugins()
    settings = settings_of(tmp_path, plugins)

    credentials = discovery.resolve_credentials(settings, environ={"KEY": "hunter2"})
    made: list[object] = [*discovery.build_vendors(settings, plugins, credentials=credentials)]

    assert made == [
        contract.Setup(
            name="alpha",
            credentials={"key": Secret("hunter2")},
            options={"level": "reseller", "pageSize": 7, "capabilities": {"can_do": False}},
            systems={"alpha-sub": {"systemCode": "SUB", "extra": 2, "pageSize": 7, "capabilities": {"can_do": False}}},
        )
    ]


def test_offline_vendors_need_no_secret(install: Install, tmp_path: Path) -> None:
    """Vendors for checking manifests are made without a credential being looked for."""
    install("alpha")
    plugins = discovery.find_plugins()

    made: list[object] = [*discovery.build_vendors(settings_of(tmp_path, plugins), plugins)]

    (setup,) = made
    assert isinstance(setup, contract.Setup)
    assert setup.credentials == {}


def test_only_the_vendors_asked_for_need_secrets(install: Install, tmp_path: Path) -> None:
    """A missing credential fails the vendors that are used, and no other."""
    install("alpha")
    settings = settings_of(tmp_path, discovery.find_plugins())

    assert discovery.resolve_credentials(settings, environ={}, only=["alpha-sub"]) == {}
    with pytest.raises(ConfigurationError, match=r"vendors.alpha.credentials.key: environment variable KEY is not set"):
        discovery.resolve_credentials(settings, environ={}, only=["alpha"])
    assert settings.vendors["alpha"].credentials == {"key": SecretSource("env", "KEY")}


@pytest.mark.parametrize(
    ("environ", "found"),
    [({}, {}), ({"KEY": ""}, {}), ({"KEY": "hunter2"}, {"key": Secret("hunter2")})],
    ids=["unset", "empty", "set"],
)
def test_an_optional_credential_may_be_missing_where_it_is_said_to_be(
    install: Install, tmp_path: Path, environ: dict[str, str], found: dict[str, Secret]
) -> None:
    """What a plug-in can do without is taken when it is there, and no error when it is not."""
    code = GOOD.replace("credentials=", "optional_credentials=").format(name="alpha", version=contract.VERSION)
    install("alpha", code)
    plugins = discovery.find_plugins()
    settings = settings_of(tmp_path, plugins)

    assert discovery.resolve_credentials(settings, environ=environ, plugins=plugins) == {"alpha": found}


def test_an_optional_file_that_others_can_read_is_refused(install: Install, tmp_path: Path) -> None:
    """Optional means that it may be missing, not that it may lie open."""
    code = GOOD.replace("credentials=", "optional_credentials=").format(name="alpha", version=contract.VERSION)
    install("alpha", code)
    plugins = discovery.find_plugins()
    settings = settings_of(tmp_path, plugins)
    file = SecretSource("file", "key.txt")
    alpha = dataclasses.replace(settings.vendors["alpha"], credentials={"key": file})
    settings = dataclasses.replace(settings, vendors={"alpha": alpha})

    assert discovery.resolve_credentials(settings, environ={}, plugins=plugins) == {"alpha": {}}
    (tmp_path / "key.txt").write_text("hunter2", encoding="ascii")
    (tmp_path / "key.txt").chmod(0o644)
    with pytest.raises(ConfigurationError, match="mode 0644"):
        discovery.resolve_credentials(settings, environ={}, plugins=plugins)


def test_a_plugin_that_fails_to_make_its_vendor_is_named(install: Install, tmp_path: Path) -> None:
    """Whatever foreign code raises while a vendor is made becomes a message with the plug-in's name."""
    code = GOOD.format(name="alpha", version=contract.VERSION).replace("lambda setup: setup", "lambda setup: 1 / 0")
    install("alpha", code)
    plugins = discovery.find_plugins()
    settings = settings_of(tmp_path, plugins)

    with pytest.raises(ConfigurationError, match=r"plug-in alpha failed \(ZeroDivisionError: .*\); check its settings"):
        discovery.build_vendors(settings, plugins)
