"""What is at hand when the request of a step is made or looked for: the situation, numbers, and typed reads."""

import dataclasses

from reconciler.contract import Situation, Step, Wanted
from reconciler.errors import StepRefused
from reconciler.vendors.divalto import comparing, options, rows
from reconciler.vendors.divalto.client import Client
from reconciler.vendors.divalto.options import Options


@dataclasses.dataclass(frozen=True)
class Desk:
    """A step about to be sent, or whose answer was lost."""

    step: Step
    situation: Situation
    client: Client
    settings: Options

    @property
    def wanted(self) -> Wanted:
        """The object as declared."""
        found = self.situation.wanted.get(self.step.address)
        if found is None:
            raise StepRefused(f"{self.step.address} is not declared any more; plan again", stale=True)
        return found

    @property
    def references(self) -> tuple[str, ...]:
        """The references of the revision that the step is about; the manifest may ask for a later one by now."""
        now, then = f"#{self.wanted.revision}", f"#{self.step.revision}"
        return tuple(key.removesuffix(now) + then for key in self.wanted.keys)

    @property
    def part(self) -> str:
        """What of the object the step is about."""
        return self.step.operation.partition(":")[2]

    def number(self) -> str:
        """Return the number of the order that the step is about."""
        same = self.step.revision == self.wanted.revision
        found = (self.situation.ids.get(self.step.address) if same else None) or self.step.target
        if not found:
            raise StepRefused(f"{self.step.address} has no number yet; apply again when it is entered")
        return found

    async def order(self) -> rows.Order:
        """Return the order as it is now; StepRefused when it is gone or not ours."""
        number = self.number()
        found = await self.client.fetch_order(number)
        if found is None or (found.reference and found.reference not in self.references):
            raise StepRefused(
                f"order {number} is gone or does not carry our reference any more; plan again", stale=True
            )
        return found

    async def whole(self) -> Wanted:
        """Return the order as declared, its new site filled up from the opportunity as it is now."""
        code = self.wanted.fields.get("opportunity")
        if not self.wanted.options.get("prefilled") or not self.settings.able(options.CAN_READ_OPPORTUNITIES):
            return self.wanted
        found = await self.client.fetch_opportunity(str(code))
        if found is None:
            raise StepRefused(f"opportunity {code} is gone; plan again", stale=True)
        return comparing.whole(self.wanted, found.prospect)
