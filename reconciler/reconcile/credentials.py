"""Keeps a credential that the vendor replaces with each use: sealed, in the ledger, used by one process at a time.

Joins ledger and sealer behind the small protocol that the HTTP client knows. What is sealed is bound to its name and to
the host that it is for, so that a changed configuration cannot send it elsewhere.
"""

import dataclasses
from contextlib import AbstractAsyncContextManager

from reconciler import logs, sealing
from reconciler.clock import Clock
from reconciler.errors import SealingError
from reconciler.ledger.protocol import CredentialRecord, Ledger, Scope
from reconciler.model import Secret
from reconciler.vendors.http import Newest


@dataclasses.dataclass(frozen=True)
class Keeper:
    """Keeps the credential of one vendor account.

    `scopes`: the present one first, then those of former project names, which are looked at while it holds none.
    `host`: where it may be sent. `start`: the configured starting value, None when there is none. `key`: the age
    identity it is sealed to.
    """

    ledger: Ledger
    vendor: str
    scopes: tuple[Scope, ...]
    host: str
    start: Secret | None
    key: Secret
    clock: Clock

    def holding(self) -> AbstractAsyncContextManager[None]:
        """Hold it alone, over all processes; Locked when another holds it for too long."""
        return self.ledger.credential_lock(self._name, clock=self.clock)

    async def newest(self) -> Newest | None:
        """Return the one kept last, or the starting value when none is, or when the operator has replaced it."""
        record = await self._record()
        if self.start is not None and (record is None or record.start != self._mark):
            return Newest(self.start, configured=True)
        if record is None:
            return None
        secret = self._open(record)
        logs.mask([secret])
        return Newest(secret, configured=secret == self.start)

    async def prove(self) -> None:
        """Write again what is kept: a starting value takes its place only with what the vendor gives for it."""
        record = await self._record()
        if record is not None:
            await self.ledger.write_credential(record, now=self.clock.now())
        elif self.start is not None:
            await self.keep(self.start)

    async def keep(self, secret: Secret) -> None:
        """Seal it and write it; durable on return."""
        logs.mask([secret])
        blob = sealing.seal(secret, [sealing.recipient_of(self.key)], bound=self._bound(self._name))
        mark = self._mark
        if self.start is None:  # the operator took it away; the same value put back later is nothing new
            known = await self._record()
            mark = known.start if known else ""
        await self.ledger.write_credential(CredentialRecord(self._name, blob, mark), now=self.clock.now())

    @property
    def _name(self) -> str:
        return str(self.scopes[0])

    @property
    def _mark(self) -> str:
        return "" if self.start is None else self.ledger.fingerprint(["credential", self.start.reveal()])

    async def _record(self) -> CredentialRecord | None:
        for scope in self.scopes:
            record = await self.ledger.read_credential(str(scope))
            if record is not None:
                return record
        return None

    def _open(self, record: CredentialRecord) -> Secret:
        try:
            return sealing.open_sealed(record.sealed, self.key, bound=self._bound(record.name))
        except SealingError as error:
            raise SealingError(
                f"the credential kept for {self.vendor} cannot be opened: {error}; or, when the key is lost or the host"
                f" is another now, run `reconciler login {self.vendor}`"
            ) from error

    def _bound(self, name: str) -> dict[str, str]:
        return {"credential": name, "host": self.host}
