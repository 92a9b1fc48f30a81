"""The registry of kinds, loading, and what manifests say of each other."""

import gc
from collections.abc import Mapping
from typing import ClassVar

import pytest

from reconciler import schema
from reconciler.errors import ConfigurationError
from reconciler.files import Limits, SourceFile
from reconciler.model.kinds import Kinds, OrderSpec, Spec


class Options(Spec):
    """Options of a vendor."""

    billTo: str | None = None  # noqa: N815 - the public field name


class Order(OrderSpec):
    """Orders of a vendor."""

    account: str


class Site(Spec):
    """A kind of its own."""

    number: int


class Visit(Spec):
    """A kind that names another."""

    refers_to: ClassVar[Mapping[str, str]] = {"site": "Site"}

    site: str


class Guest(Spec):
    """A kind at a vendor."""

    vendor: str


OURS = Kinds(account_options={"interworks": Options}, order_specs={"interworks": Order}, kinds={"Site": Site})
REGISTRY = schema.Registry([OURS])


def account(name: str, spec: str = "") -> str:
    """Return the text of an account."""
    spec = ", ".join(["displayName: X", *([spec] if spec else [])])
    return f"apiVersion: reconciler/v1\nkind: Account\nmetadata: {{name: {name}}}\nspec: {{{spec}}}"


def load(*texts: str) -> schema.Loaded:
    """Load texts as files a.yaml, b.yaml and so on."""
    sources = [SourceFile(f"{chr(97 + index)}.yaml", text.encode()) for index, text in enumerate(texts)]
    return schema.load(sources, REGISTRY, Limits())


def codes_of(loaded: schema.Loaded) -> list[str]:
    """Return the codes in order."""
    return [problem.code for problem in loaded.problems]


def test_manifest_carries_what_was_written() -> None:
    """A manifest has its model, its managed fields, its data as typed, and its places."""
    text = account("acme", "country: NO, phone: , vendors: {interworks: {}}")

    (manifest,) = load("\n\n" + text).manifests

    assert (manifest.kind, manifest.name, manifest.file, manifest.line) == ("Account", "acme", "a.yaml", 3)
    assert manifest.spec.model_fields_set == {"displayName", "country", "phone", "vendors"}
    assert manifest.spec.phone is None
    assert manifest.spec.vendors.interworks == Options()
    assert manifest.data["spec"] == {"displayName": "X", "country": "NO", "phone": None, "vendors": {"interworks": {}}}
    place = manifest.place("/spec/country")
    assert place.range is not None
    assert (place.range.start.line, place.range.start.column, place.snippet) == (6, 33, text.split("\n")[3])


def test_absent_vendors_are_none() -> None:
    """Options of a vendor that is not written are None, also when `vendors` is absent."""
    (manifest,) = load(account("acme")).manifests

    assert manifest.spec.vendors.interworks is None
    assert "vendors" not in manifest.spec.model_fields_set


def test_reformatting_keeps_the_revision() -> None:
    """Order, quotes and comments do not change the digest of a manifest."""
    (first,) = load(account("acme", "country: GR, phone: '1'")).manifests
    (second,) = load('# x\nkind: Account\nspec:\n  phone: 1\n  "country": GR\n  displayName: X\n'
                     "metadata:\n  name: acme\napiVersion: reconciler/v1").manifests  # fmt: skip

    assert first.revision == second.revision


def test_kinds_of_plug_ins_are_read() -> None:
    """A plug-in's kind and its orders are checked with its models."""
    head = "apiVersion: reconciler/v1\nkind: {}\nmetadata: {{name: x}}\nspec: {}\n"
    order = head.format("Order", "{vendor: interworks, account: acme, items: [{product: A, quantity: 2}]}")

    loaded = load(account("acme"), head.format("Site", "{number: 7}"), order)

    assert loaded.problems == ()
    assert [type(manifest.spec) for manifest in loaded.manifests[1:]] == [Site, Order]


@pytest.mark.parametrize(
    "second",
    [
        Kinds(account_options={"interworks": Site}),
        Kinds(order_specs={"interworks": OrderSpec}),
        Kinds(kinds={"Site": Options}),
        Kinds(kinds={"Account": Site}),
        Kinds(kinds={"Order": Site}),
    ],
    ids=["options", "orders", "kind", "account", "order"],
)
def test_two_plug_ins_cannot_add_the_same_thing(second: Kinds) -> None:
    """What is added twice, or belongs to the core, is an error of configuration."""
    with pytest.raises(ConfigurationError, match=r"added|order_specs"):
        schema.Registry([OURS, second])


def test_problems_of_all_files_come_at_once_by_place() -> None:
    """Problems are sorted by file, line and column whatever finds them."""
    loaded = load(account("acme", "parent: nobody, contry: GR"), account("b", "currency: EUX, parent: nobody"), "a: [")

    assert [(problem.place.file, problem.code) for problem in loaded.problems if problem.place] == [
        ("a.yaml", "E204"),
        ("b.yaml", "E311"),
        ("b.yaml", "E302"),
        ("c.yaml", "E125"),
    ]


@pytest.mark.parametrize(
    "broken",
    [account("nordwind", "role: Reseller, contry: GR"), account("nordwind", "role: Reseller").replace("X", "[")],
    ids=["misfit", "syntax"],
)
def test_a_broken_manifest_is_not_called_unknown(broken: str) -> None:
    """A parent whose own manifest has errors is not reported as missing."""
    loaded = load(broken, account("acme", "parent: nordwind"))

    assert "E302" not in codes_of(loaded)
    assert [manifest.name for manifest in loaded.manifests] == ["acme"]


def test_manifest_that_names_something_wrong_is_kept() -> None:
    """A problem of references leaves the manifest among those loaded."""
    loaded = load(account("acme", "parent: nobody"))

    assert codes_of(loaded) == ["E302"]
    assert len(loaded.manifests) == 1


def test_same_name_in_two_kinds_is_no_duplicate() -> None:
    """Names are unique per kind only, and a duplicate names both places."""
    site = "apiVersion: reconciler/v1\nkind: Site\nmetadata: {name: acme}\nspec: {number: 1}\n"

    loaded = load(account("acme", "reference: a"), site, account("acme", "reference: b"))

    assert codes_of(loaded) == ["E301", "E301"]
    assert "c.yaml:3" in loaded.problems[0].summary
    assert "a.yaml:3" in loaded.problems[1].summary


def test_cycle_is_reported_once_per_member() -> None:
    """Every member of a cycle is told, an account that hangs below it is not."""
    loaded = load(
        account("a", "role: Reseller, parent: b"), account("b", "role: Reseller, parent: a"), account("c", "parent: a")
    )

    assert codes_of(loaded) == ["E304", "E304"]


def test_collector_is_left_as_it_was() -> None:
    """Loading switches the garbage collector off only while it runs."""
    gc.disable()
    load(account("acme"))
    off = gc.isenabled()
    gc.enable()
    load(account("acme"))

    assert (off, gc.isenabled()) == (False, True)


def test_fields_that_name_manifests_must_name_one_that_exists() -> None:
    """A model says which fields name which kind; a name without a manifest is told at its place, by a likely name."""
    head = "apiVersion: reconciler/v1\nkind: {}\nmetadata: {{name: {}}}\nspec: {}\n"
    registry = schema.Registry([Kinds(kinds={"Site": Site, "Visit": Visit})])
    texts = [head.format("Site", "harbour", "{number: 7}"), head.format("Visit", "first", "{site: harbor}")]

    loaded = schema.load([SourceFile("a.yaml", "---\n".join(texts).encode())], registry, Limits())

    assert [(problem.code, problem.summary, problem.detail) for problem in loaded.problems] == [
        ("E313", "site harbor is no Site here", "did you mean 'harbour'?")
    ]


def test_a_broken_manifest_of_another_kind_is_called_unknown() -> None:
    """Only a manifest of the named kind, or of none that could be read, stands for a name."""
    head = "apiVersion: reconciler/v1\nkind: {}\nmetadata: {{name: {}}}\nspec: {}\n"
    registry = schema.Registry([Kinds(kinds={"Site": Site, "Visit": Visit})])
    visit = head.format("Visit", "first", "{site: harbour}")

    def found(broken: str) -> list[str]:
        return codes_of(schema.load([SourceFile("a.yaml", f"{broken}---\n{visit}".encode())], registry, Limits()))

    assert found(head.format("Site", "harbour", "{number: x}")) == ["E207"]
    assert found(head.format("Account", "harbour", "{}")) == ["E205", "E313"]


@pytest.mark.parametrize(
    ("configured", "codes"), [(None, []), ({"divalto"}, []), (set(), ["E215"])], ids=["any", "named", "not named"]
)
def test_a_manifest_of_a_vendor_that_is_not_configured_is_refused(
    configured: set[str] | None, codes: list[str]
) -> None:
    """A kind is known as soon as its plug-in is there; the vendor a manifest is for must be configured too."""
    text = "apiVersion: reconciler/v1\nkind: Guest\nmetadata: {name: x}\nspec: {vendor: divalto}\n"
    registry = schema.Registry([Kinds(kinds={"Guest": Guest})], configured)

    loaded = schema.load([SourceFile("a.yaml", text.encode())], registry, Limits())

    assert codes_of(loaded) == codes
    assert all(problem.place is not None and problem.place.range is not None for problem in loaded.problems)
