"""What is at hand when the request of a step is made or looked for: the situation, ids, and typed reads."""

import dataclasses

from reconciler.contract import Call, Effect, Endpoint, Situation, Step, Wanted
from reconciler.errors import StepRefused
from reconciler.model import Address, Json
from reconciler.vendors.dimensions import wire
from reconciler.vendors.dimensions.catalogue import CUSTOMER
from reconciler.vendors.dimensions.client import Client, Place
from reconciler.vendors.dimensions.expanding import customer_address, reseller_address
from reconciler.vendors.dimensions.options import Options


@dataclasses.dataclass(frozen=True)
class Desk:
    """A step about to be sent, or whose answer was lost."""

    step: Step
    situation: Situation
    client: Client
    settings: Options

    @property
    def endpoints(self) -> wire.Endpoints:
        """Every call there is."""
        return self.client.endpoints

    @property
    def wanted(self) -> Wanted:
        """The object as declared."""
        found = self.situation.wanted.get(self.step.address)
        if found is None:
            raise StepRefused(f"{self.step.address} is not declared any more; plan again", stale=True)
        return found

    def id_of(self, address: Address) -> str:
        """Return the vendor's id of an object that is there."""
        number = self.situation.ids.get(address)
        if not number:
            raise StepRefused(
                f"{address} has no id yet, and {self.step.address} needs it; apply again when it is settled"
            )
        return number

    def own_id(self) -> str:
        """Return the id of the object the step is about, which exists."""
        return self.step.target or self.id_of(self.step.address)

    def account(self) -> str:
        """Return the reseller account that the object's customer is under; empty at reseller level."""
        reseller = self.wanted.options.get("reseller")
        if not self.settings.enterprise:
            return self._own_account(reseller)
        if reseller:
            return self.id_of(reseller_address(str(reseller)))
        if self.settings.account_tenant_id is None:
            raise StepRefused(
                f"no `accountTenantId` says whose customer {self.step.address} is; set it in reconciler.yaml"
            )
        return self.settings.account_tenant_id

    def _own_account(self, reseller: Json) -> str:
        if reseller and self.step.address.type == CUSTOMER and self.step.target is None:
            raise StepRefused(f"customers of {reseller} are made with that reseller's own credentials; use them")
        return ""

    def place(self) -> Place:
        """Return where the object's customer is."""
        if self.step.address.type == CUSTOMER:
            return Place(self.account(), self.own_id())
        return Place(self.account(), self.id_of(customer_address(str(self.wanted.options["customer"]))))

    def post(self, endpoint: Endpoint, place: Place, body: Json) -> Call:
        """Return the creation of something; charges are accepted only where the plan says that it costs."""
        return endpoint.call(place.arguments(), body=body, content_type=wire.JSON_TYPE, headers=self.headers())

    def headers(self) -> dict[str, str]:
        """Return the headers of the step's request."""
        return dict(wire.ACCEPT_CHARGES) if Effect.COSTS in self.step.effects else {}
