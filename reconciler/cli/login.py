"""`login`: a person's consent, once, for vendors that want one; keeps what it gives and shows none of it."""

import asyncio
import secrets
import webbrowser

import click

from reconciler import contract, logs
from reconciler.cli import applying, interrupting, output, redirecting, session
from reconciler.cli.options import global_flags
from reconciler.errors import Exit, SignInFailed, UsageError
from reconciler.settings import discovery, durations
from reconciler.settings.values import Settings


@click.command()
@click.argument("vendor")
@click.option("--wait", default="5m", metavar="SPAN", help="How long the browser is waited for; 5m.")
@click.option("--browser", is_flag=True, help="Open the address in this machine's browser, too.")
@global_flags
def login(vendor: str, *, wait: str, browser: bool) -> int:
    """Let a person consent to this project's access to VENDOR, and keep the credential that gives."""
    seconds = applying.read_span(wait, "--wait")
    session.configure_logs()
    settings, plugins = session.load_settings()
    name = _carrier(settings, vendor)
    given = discovery.resolve_credentials(settings, only=[name], plugins=plugins)
    logs.mask(secret for mine in given.values() for secret in mine.values())
    built = discovery.build_vendors(settings, plugins, credentials=given)
    [chosen] = [one for one in built if one.name == name]
    sign_in = chosen.wire.sign_in
    if sign_in is None or sign_in.consent is None:
        raise UsageError(f"{name} needs no login; its credentials are those in vendors.{name}.credentials")
    interrupting.run(lambda _: _login(settings, chosen, sign_in.consent, wait=seconds, browser=browser))
    output.note(f"{name}: the consent is given and kept; runs sign in with it from now on")
    return Exit.DONE


async def _login(
    settings: Settings, vendor: contract.Vendor, consent: contract.Consent | None, *, wait: float, browser: bool
) -> None:
    from reconciler.cli import connecting  # late: it brings the HTTP client
    from reconciler.clock import SystemClock
    from reconciler.ledger.opening import open_ledger
    from reconciler.vendors import http

    assert consent is not None
    clock = SystemClock()
    where = redirecting.parse(consent.redirect)
    book = open_ledger(settings.state, root=settings.root, read_only=True, with_credentials=True)
    try:
        keeper = connecting.keeper(settings, vendor, book=book, clock=clock)
        if keeper is None:
            raise UsageError(f"{vendor.name} keeps nothing that a login could give; check its plug-in")
        state = secrets.token_urlsafe(32)
        async with http.Consenting(connecting.connection(settings, vendor), clock=clock, keeper=keeper) as consenting:
            async with redirecting.Listener(where, state=state, note=output.note).listening() as listener:
                _invite(consenting.url(state=state, redirect=listener.redirect), wait=wait, browser=browser)
                returned = await _wait(listener, vendor.name, wait=wait)
            if returned.code is None:
                raise SignInFailed(
                    f"{vendor.name} was not given consent: {returned.error[:100]!r}; run `reconciler login"
                    f" {vendor.name}` again and agree"
                )
            await consenting.redeem(returned.code, redirect=listener.redirect)
    finally:
        await book.aclose()


def _invite(url: str, *, wait: float, browser: bool) -> None:
    output.note(f"open this address in a browser on this machine and agree, within {durations.show(wait)}:")
    # Not by `output`, which masks the client's id and cuts long lines; every part of it is percent-encoded.
    click.echo(url, err=True)
    if browser and not webbrowser.open(url):
        output.note("no browser could be started; open the address by hand")


async def _wait(listener: redirecting.Listener, name: str, *, wait: float) -> redirecting.Returned:
    try:
        async with asyncio.timeout(wait):
            return await listener.returned()
    except TimeoutError:
        raise SignInFailed(
            f"{name}: no browser came back within {durations.show(wait)}; run `reconciler login {name}` again"
        ) from None


def _carrier(settings: Settings, name: str) -> str:
    """Return the vendor that is signed in to for a name; UsageError when there is none."""
    config = settings.vendors.get(name)
    if config is None:
        raise UsageError(f"vendor {name} is not configured; configured are {', '.join(settings.vendors)}")
    return config.via or name
