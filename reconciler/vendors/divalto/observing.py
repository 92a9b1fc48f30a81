"""Reading Divalto: sites, orders and what they need. What cannot be read whole is unreadable, never absent.

By hand (`transport: manual`) nothing is read: what is known is what people reported done.
"""

from datetime import UTC, datetime, timedelta

from reconciler.contract import Observation, Observed, Reader, Scope, Wanted
from reconciler.errors import VendorError
from reconciler.model import Problem, Severity
from reconciler.vendors.divalto import catalogue, codes, handwork, moments, rows, showing
from reconciler.vendors.divalto.client import Client, KeyWatch, attempts
from reconciler.vendors.divalto.options import Options
from reconciler.vendors.divalto.reading_orders import read_orders
from reconciler.vendors.divalto.rounds import Round

NOT_STAMPED = datetime.min.replace(tzinfo=UTC)
"""An adapter reads no clock: the engine says when the reading began. Until then it is too old to prove anything."""
WARN_BEFORE = timedelta(days=30)


async def observe(scope: Scope, read: Reader, *, settings: Options, size: int) -> Observation:
    """Read what is wanted, or only the focus.

    Besides the wanted addresses, `objects` holds the opportunities that coming orders need, and the revision of the
    vendor's catalogue.
    """
    asked = scope.wanted if scope.focus is None else [one for one in sorted(scope.focus) if one in scope.wanted]
    wanted = {address: scope.wanted[address] for address in asked if address.vendor == catalogue.OWN}
    if settings.manual:
        return Observation(NOT_STAMPED, {address: handwork.seen(one, scope) for address, one in wanted.items()})
    watch = KeyWatch(read)
    this = Round(scope, Client(watch, size), settings, wanted)
    await _read_sites(this)
    await read_orders(this)
    return Observation(NOT_STAMPED, this.objects, this.unreadable, expiring(watch.expires, scope.now))


def expiring(expires: str | None, now: datetime | None) -> tuple[Problem, ...]:
    """Return the warning that the API key ends soon, if the vendor says so."""
    if expires is None:
        return ()
    end = moments.read(expires)
    if end is not None and now is not None and end - now > WARN_BEFORE:
        return ()
    told = end.isoformat().replace("+00:00", "Z") if end is not None else "soon"
    rule = codes.CODES[codes.KEY_EXPIRES]
    summary = f"the API key of divalto expires {told}"
    return (Problem(codes.KEY_EXPIRES, summary, rule.cure, severity=Severity.WARNING),)


async def _read_sites(this: Round) -> None:
    wanted = this.of_type(catalogue.SITE)
    answers = await attempts([_site(this, one) for one in wanted.values()])
    for address, answer in zip(wanted, answers, strict=True):
        if isinstance(answer, VendorError):
            this.lose(address, answer)
        else:
            this.objects[address] = answer


async def _site(this: Round, wanted: Wanted) -> tuple[Observed, ...]:
    number = str(wanted.options["number"])
    site = await this.client.fetch_site(number)
    if site is None:
        return ()
    if not showing.differing_facts(wanted, showing.site_facts(site)):
        return (showing.site(site, None, wanted),)
    requests = await this.client.fetch_changes(wanted.keys, number)
    return (showing.site(site, newest(requests), wanted),)


def newest(requests: tuple[rows.ChangeRequest, ...]) -> rows.ChangeRequest | None:
    """Return the request that was made last."""
    return max(requests, key=lambda one: (one.submitted_at or "", one.id), default=None)
