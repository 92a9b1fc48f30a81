"""What is wrong with the documents of an order: files as they are in the project, templates, declarations. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reconciler.contract import Attached, World
from reconciler.model import Manifest, Problem
from reconciler.vendors.divalto import codes, documents, expanding, finding, generating, normal
from reconciler.vendors.divalto.documents import PURCHASE_ORDER
from reconciler.vendors.divalto.known import Known
from reconciler.vendors.divalto.options import Options

_MOST_BYTES = 10 * 1024 * 1024


def check(order: Manifest, world: World, *, known: Known, settings: Options) -> Iterator[Problem]:
    """Return every problem, with its place."""
    answer = order.spec.complement
    placed = [(f"/spec/documents/{index}", one) for index, one in enumerate(order.spec.documents)]
    added = [
        (f"/spec/complement/documents/{index}", one) for index, one in enumerate(answer.documents if answer else ())
    ]
    yield from _numbers(order, known)
    for pointer, document in (*placed, *added):
        if document.type not in known.document_types:
            yield finding.error(
                order,
                f"{pointer}/type",
                codes.VALUE_UNKNOWN,
                says=f"document type {document.type} is not in the catalogue",
                do=known.or_pull(finding.likely(document.type, known.document_types)),
            )
        if (document.file is None) == (document.generate is None):
            yield _unfit(order, pointer, says="document has not exactly one source", do="write `file` or `generate`")
        elif document.file is not None:
            attached = world.files.get(document.file)
            yield from _file(order, f"{pointer}/file", document.file, attached=attached, known=known)
        else:
            yield from _made(order, pointer, document, world=world, settings=settings)
    yield from _twice(order, world, (*placed, *added))
    yield from _declared(order, placed, known)


def _numbers(order: Manifest, known: Known) -> Iterator[Problem]:
    given = Counter(document.type for document in order.spec.documents)
    bounds = {PURCHASE_ORDER: (1, None), **known.document_types}
    for type_, (few, most) in bounds.items():
        least = max(few, 1) if type_ == PURCHASE_ORDER else few
        if given[type_] < least or (most is not None and given[type_] > most):
            yield finding.error(
                order,
                "/spec/documents",
                codes.DOCUMENT_REQUIRED,
                says=f"order {order.name} has {given[type_]} documents of type {type_}",
                do=f"attach at least {least}" if given[type_] < least else known.or_pull(f"attach at most {most}"),
            )


def _file(order: Manifest, pointer: str, path: str, *, attached: Attached | None, known: Known) -> Iterator[Problem]:
    kind = documents.extension(path)
    most = known.limits.get("documentBytesMax", _MOST_BYTES)
    if attached is None or attached.reason:
        reason = attached.reason if attached is not None else "it is not in the project"
        yield _unfit(
            order, pointer, says=f"document {path} cannot be read: {reason}", do="correct the path, or add the file"
        )
        return
    if not attached.size:
        yield _unfit(order, pointer, says=f"document {path} is empty", do="save it again")
        return
    if attached.size > most:
        yield _unfit(
            order, pointer, says=f"document {path} has {attached.size} bytes; at most {most} are taken", do="shrink it"
        )
    if kind not in documents.TYPES:
        yield _unfit(
            order,
            pointer,
            says=f"document {path} is of no format that is taken",
            do=f"use {', '.join(documents.TYPES)}",
        )
    elif not documents.looks_like(kind, attached.head):
        yield _unfit(
            order,
            pointer,
            says=f"document {path} does not hold what {kind} files hold",
            do="save it as what its name says",
        )


def _made(order: Manifest, pointer: str, document: Any, *, world: World, settings: Options) -> Iterator[Problem]:
    here = f"{pointer}/generate"
    if document.type != PURCHASE_ORDER:
        yield _unfit(
            order, here, says=f"{document.type} cannot be made here", do=f"give its `file`; only {PURCHASE_ORDER} can"
        )
        return
    if document.declares is not None:
        yield finding.warning(
            order,
            f"{pointer}/declares",
            codes.WITHOUT_EFFECT,
            says="declares is for supplied purchase orders, and this one is made here",
            do="remove it",
        )
    if settings.partner is None:
        yield _broken(
            order,
            here,
            says="purchase order needs the partner's name",
            do="set `partner` of vendors.divalto in reconciler.yaml, or supply a `file`",
        )
        return
    if not document.generate.signatory.strip():
        yield _broken(order, f"{here}/signatory", says="signatory of the purchase order is blank", do="name who signs")
        return
    path = document.generate.template
    attached = world.files.get(path)
    if path != generating.STANDARD and (attached is None or attached.text is None):
        reason = attached.reason if attached is not None and attached.reason else "it is no small UTF-8 text file"
        yield _broken(
            order,
            f"{here}/template",
            says=f"template {path} cannot be read: {reason}",
            do="name a text file, or `standard`",
        )
        return
    fields, keys = expanding.fields_of(order), expanding.keys_of_order(order, world)
    facts = documents.facts_of(fields, reference=keys[0], partner=settings.partner)
    made = generating.fill(documents.inputs_of(document, world, facts))
    if isinstance(made, generating.Broken):
        line = "" if made.line is None else f" line {made.line}"
        yield _broken(
            order,
            f"{here}/template",
            says=f"template {path}{line} cannot be used: {made.reason}",
            do="correct the template or what is filled in, or supply a `file`",
        )


def _twice(order: Manifest, world: World, placed: Sequence[tuple[str, Any]]) -> Iterator[Problem]:
    seen: dict[tuple[str, str], str] = {}
    for pointer, document in placed:
        attached = world.files.get(document.file) if document.file is not None else None
        if attached is None or not attached.sha256:
            continue
        other = seen.setdefault((document.type, attached.sha256), pointer)
        if other is not pointer:
            yield _unfit(
                order,
                f"{pointer}/file",
                says=f"document {document.file} is attached twice as {document.type}",
                do="attach it once",
            )


def _declared(order: Manifest, placed: Sequence[tuple[str, Any]], known: Known) -> Iterator[Problem]:
    """Compare what supplied purchase orders are said to name with the order; with ODATA they must say it."""
    fields: Mapping[str, Any] = expanding.fields_of(order)
    wanted = {str(item["product"]) for item in fields.get("items") or ()}
    odata = any(known.products[one].level is not None for one in wanted if one in known.products)
    supplied = [(where, one) for where, one in placed if one.type == PURCHASE_ORDER and one.file is not None]
    named = {
        normal.product(one) for _, document in supplied if document.declares for one in document.declares.references
    }
    for pointer, document in supplied:
        if document.declares is None:
            if odata:
                yield _differs(
                    order, f"{pointer}/file", says="purchase order does not say what it names", do="add `declares`"
                )
            continue
        here = f"{pointer}/declares"
        if document.declares.site != fields.get("site") and (odata or document.declares.site is not None):
            named_site, own_site = document.declares.site or "none", fields.get("site") or "none"
            says = f"purchase order names site {named_site}, and the order {own_site}"
            yield _differs(order, f"{here}/site", says=says, do="correct the one that is wrong")
        for index, one in enumerate(document.declares.references):
            if normal.product(one) not in wanted:
                says = f"purchase order names {normal.product(one)}, and the order does not"
                yield _differs(
                    order, f"{here}/references/{index}", says=says, do="add it to `items`, or correct the document"
                )
        if wanted - named:
            says = f"order is for {', '.join(sorted(wanted - named))}, and the purchase order does not name it"
            yield _differs(order, f"{here}/references", says=says, do="correct `items`, or the document")
            named |= wanted


def _unfit(order: Manifest, pointer: str, *, says: str, do: str) -> Problem:
    return finding.error(order, pointer, codes.DOCUMENT_UNFIT, says=says, do=do)


def _broken(order: Manifest, pointer: str, *, says: str, do: str) -> Problem:
    return finding.error(order, pointer, codes.TEMPLATE_BROKEN, says=says, do=do)


def _differs(order: Manifest, pointer: str, *, says: str, do: str) -> Problem:
    return finding.error(order, pointer, codes.DOCUMENT_DECLARES, says=says, do=do)
