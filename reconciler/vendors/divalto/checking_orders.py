"""What is wrong with an order's form: type and origin, generation, site, contact, certificate. Offline, pure."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.contract import World
from reconciler.model import Manifest, Problem
from reconciler.vendors.divalto import codes, completing, expanding, finding, normal, paris
from reconciler.vendors.divalto.checking_facts import check_facts, check_lengths, check_site_number
from reconciler.vendors.divalto.known import Known
from reconciler.vendors.divalto.options import Options

EXISTING, NEW, FROM_OPPORTUNITY = "SITE_EXISTANT", "NOUVEAU_SITE", "OPPORTUNITE"
"""The origins that rules speak of; a catalogue may have more."""

_ORDER_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")
_COMMENTS_LIMIT = 65_535
_TIGHT = 2
"""Working days."""


def check(order: Manifest, world: World, *, known: Known, settings: Options) -> Iterator[Problem]:
    """Return every problem, with its place."""
    fields: Mapping[str, Any] = expanding.fields_of(order)
    yield from _type(order, known)
    yield from _generation(order, fields, known)
    yield from _opportunity(order, fields)
    yield from _site(order, fields, settings)
    yield from _contact(order, fields["contact"])
    yield from _recipients(order, known)
    yield from _date(order, world.now)
    yield from _rest(order, fields, known)
    yield from _without_effect(order, world)


def _type(order: Manifest, known: Known) -> Iterator[Problem]:
    spec = order.spec
    allowed = known.order_types.get(spec.type)
    if allowed is None:
        yield _unknown(order, "type", known.order_types, known=known)
    if spec.origin not in known.origins:
        yield _unknown(order, "origin", known.origins, known=known)
    elif allowed is not None and spec.origin not in allowed:
        yield finding.error(
            order,
            "/spec/origin",
            codes.ORIGIN_NOT_ALLOWED,
            says=f"origin {spec.origin} is not allowed for type {spec.type}",
            do=known.or_pull(f"use {' or '.join(allowed) or 'another type'}"),
        )


def _generation(order: Manifest, fields: Mapping[str, Any], known: Known) -> Iterator[Problem]:
    generation, solution = fields.get("generation"), fields.get("solution")
    if order.spec.origin != FROM_OPPORTUNITY:
        for word in ("generation", "solution"):
            if fields.get(word) is None:
                yield _required(order, "/spec/origin", word, why=f"origin {order.spec.origin} needs it")
    if generation is not None and generation not in known.generations:
        yield _unknown(order, "generation", known.generations, known=known)
    elif generation is not None:
        yield from _restricted(order, generation, known)
    if solution is not None and solution not in known.sides:
        yield _unknown(order, "solution", known.sides, known=known)
    elif solution is not None and generation is not None and generation in known.generations:
        yield from _solution(order, generation, solution, known=known)


def _solution(order: Manifest, generation: str, solution: str, *, known: Known) -> Iterator[Problem]:
    allowed = known.generations[generation].solutions
    if solution not in allowed:
        yield finding.error(
            order,
            "/spec/solution",
            codes.SOLUTION_NOT_ALLOWED,
            says=f"solution {solution} is not one of generation {generation}",
            do=known.or_pull(f"use {' or '.join(allowed) or 'another generation'}"),
        )


def _restricted(order: Manifest, generation: str, known: Known) -> Iterator[Problem]:
    row = known.generations[generation]
    unfit = [
        f"{word} {' or '.join(allowed)}"
        for word, allowed in (("type", row.order_types), ("origin", row.origins))
        if allowed is not None and getattr(order.spec, word) not in allowed
    ]
    if unfit:
        yield finding.error(
            order,
            "/spec/generation",
            codes.GENERATION_RESTRICTED,
            says=f"generation {generation} can be ordered with {' and '.join(unfit)} only",
            do=known.or_pull("change it, or choose another generation"),
        )


def _opportunity(order: Manifest, fields: Mapping[str, Any]) -> Iterator[Problem]:
    origin, opportunity = order.spec.origin, fields.get("opportunity")
    if origin == FROM_OPPORTUNITY and opportunity is None:
        yield _required(order, "/spec/origin", "opportunity", why=f"origin {origin} needs its code")
    elif origin != FROM_OPPORTUNITY and opportunity is not None:
        yield _foreign(order, "opportunity", f"use origin {FROM_OPPORTUNITY}")


def _site(order: Manifest, fields: Mapping[str, Any], settings: Options) -> Iterator[Problem]:
    origin, site, new_site = order.spec.origin, fields.get("site"), fields.get("newSite")
    if site is not None:
        yield from check_site_number(order, "/spec/site", site, settings=settings)
    if new_site is not None:
        yield from _new_site(order, new_site)
    if site is not None and new_site is not None:
        yield finding.error(
            order,
            "/spec/newSite",
            codes.SITE_EXCLUSIVE,
            says=f"order {order.name} is for site {site} and for a new site",
            do="keep `site` or `newSite`",
        )
        return
    if origin == NEW and site is not None:
        yield _foreign(order, "site", f"write `newSite`, or use origin {EXISTING}")
    if origin == EXISTING and new_site is not None:
        yield _foreign(order, "newSite", f"write `site`, or use origin {NEW}")
    if origin == NEW and new_site is None:
        yield _required(order, "/spec/origin", "newSite", why=f"origin {NEW} needs it")
    elif origin not in {NEW, FROM_OPPORTUNITY} and site is None:
        yield _required(order, "/spec/origin", "site", why=f"origin {origin} needs the number")


def _new_site(order: Manifest, new_site: Mapping[str, Any]) -> Iterator[Problem]:
    yield from check_facts(order, "/spec/newSite", new_site)
    lacking = completing.missing(new_site)
    if lacking and order.spec.origin != FROM_OPPORTUNITY:
        yield _required(order, "/spec/newSite", ", ".join(lacking), why="a new site needs it")


def _contact(order: Manifest, contact: Mapping[str, Any]) -> Iterator[Problem]:
    lacking = [word for word in ("lastName", "firstName", "email") if word not in contact]
    if lacking:
        yield _required(order, "/spec/contact", ", ".join(lacking), why="the main contact needs it")
    if not {"phoneNumber", "mobilePhoneNumber"} & set(contact):
        yield _required(order, "/spec/contact", "phoneNumber or mobilePhoneNumber", why="the main contact needs one")


def _recipients(order: Manifest, known: Known) -> Iterator[Problem]:
    given = [normal.email(one) for one in order.spec.certificate.recipients]
    least, most = known.limits.get("recipientsMin", 1), known.limits.get("recipientsMax", 5)
    if not least <= len(given) <= most:
        yield finding.error(
            order,
            "/spec/certificate/recipients",
            codes.RECIPIENTS,
            says=f"certificate has {len(given)} recipients",
            do=f"name {least} to {most}",
        )
    for index, one in enumerate(given):
        if one in given[:index]:
            yield finding.error(
                order,
                f"/spec/certificate/recipients/{index}",
                codes.RECIPIENTS,
                says=f"recipient {one} is named twice",
                do="name it once; capital letters make no difference",
            )


def _date(order: Manifest, now: dt.datetime | None) -> Iterator[Problem]:
    if now is None:
        return
    wanted, today = dt.date.fromisoformat(order.spec.certificate.deliveryDate), paris.day(now)
    if wanted < today:
        says, do = f"deliveryDate {wanted} is past", "choose a later day; a past one is refused before submission"
    elif paris.working_days(today, wanted) < _TIGHT:
        says, do = f"deliveryDate {wanted} is less than {_TIGHT} working days away", "expect it to be later"
    else:
        return
    yield finding.warning(order, "/spec/certificate/deliveryDate", codes.DATE, says=says, do=do)


def _rest(order: Manifest, fields: Mapping[str, Any], known: Known) -> Iterator[Problem]:
    replaces = fields.get("replaces")
    if replaces is not None and not _ORDER_NUMBER.fullmatch(replaces):
        yield finding.error(
            order,
            "/spec/replaces",
            codes.ILL_FORMED,
            says=f"replaces {replaces!r} is no order number",
            do="write the number as the portal and the plan show it, such as CDE-2026-000123",
        )
    texts = {word: fields.get(word) for word in ("quoteNumber", "comments", "opportunity")}
    limits = {"comments": known.limits.get("commentsMax", _COMMENTS_LIMIT)}
    yield from check_lengths(order, "/spec", texts, limits=limits)
    if order.spec.complement is not None:
        answer = {"answer": order.spec.complement.answer.strip()}
        yield from check_lengths(order, "/spec/complement", answer, limits={"answer": _COMMENTS_LIMIT})
        if not answer["answer"]:
            yield _required(order, "/spec/complement/answer", "answer", why="a complement needs a text")


def _without_effect(order: Manifest, world: World) -> Iterator[Problem]:
    spec = order.spec
    waits = "waitForSiteChange" in spec.model_fields_set and spec.waitForSiteChange
    if waits and expanding.site_of(order, world) is None:
        yield finding.warning(
            order,
            "/spec/waitForSiteChange",
            codes.WITHOUT_EFFECT,
            says=f"order {order.name} waits for a site change, and no Site manifest has its number",
            do="declare the site, or remove the line",
        )
    if spec.complement is not None and not spec.execute:
        yield finding.warning(
            order,
            "/spec/complement",
            codes.WITHOUT_EFFECT,
            says=f"order {order.name} answers a request, and is not to be submitted",
            do="set `execute: true`, or remove `complement`",
        )


def _unknown(order: Manifest, word: str, among: Any, *, known: Known) -> Problem:
    value = getattr(order.spec, word)
    return finding.error(
        order,
        f"/spec/{word}",
        codes.VALUE_UNKNOWN,
        says=f"{word} {value} is not in the catalogue",
        do=known.or_pull(finding.likely(value, among)),
    )


def _required(order: Manifest, pointer: str, what: str, *, why: str) -> Problem:
    return finding.error(
        order, pointer, codes.REQUIRED, says=f"{what} of order {order.name} is missing; {why}", do=f"add {what}"
    )


def _foreign(order: Manifest, word: str, instead: str) -> Problem:
    return finding.error(
        order,
        f"/spec/{word}",
        codes.NOT_APPLICABLE,
        says=f"{word} does not go with origin {order.spec.origin}",
        do=f"remove it, or {instead}" if word == "opportunity" else instead,
    )
