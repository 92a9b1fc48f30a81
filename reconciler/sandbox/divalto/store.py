"""The books of Divalto, and what every call works with."""

import dataclasses
from datetime import UTC, datetime
from types import MappingProxyType

from reconciler.sandbox.bookkeeping import Bookkeeping
from reconciler.sandbox.divalto import seeds
from reconciler.sandbox.divalto.records import (
    OPEN,
    Answer,
    Catalog,
    Certificate,
    ChangeRequest,
    Content,
    Deletion,
    Document,
    Edition,
    Key,
    Mail,
    Opportunity,
    Order,
    Site,
    Step,
    Submission,
    Token,
)
from reconciler.sandbox.divalto.settings import Settings
from reconciler.sandbox.tables import Table


class Books(Bookkeeping):
    """Everything Divalto remembers."""

    KINDS = MappingProxyType(
        {
            "catalog": Catalog,
            "sites": Site,
            "opportunities": Opportunity,
            "orders": Order,
            "documents": Document,
            "submissions": Submission,
            "answers": Answer,
            "history": Step,
            "deletions": Deletion,
            "certificates": Certificate,
            "changeRequests": ChangeRequest,
            "keys": Key,
            "mails": Mail,
            "tokens": Token,
            "contents": Content,
            "editions": Edition,
        }
    )

    def __init__(self) -> None:
        super().__init__()
        self.catalog: Table[str, Catalog] = Table(lambda row: row.id)
        self.sites: Table[str, Site] = Table(lambda row: row.site_number)
        self.opportunities: Table[str, Opportunity] = Table(lambda row: row.code)
        self.orders: Table[str, Order] = Table(
            lambda row: row.order_number,
            indexes={
                "reference": lambda row: (row.partner, row.client_reference),
                "open": lambda row: row.status in OPEN,
            },
        )
        self.documents: Table[str, Document] = Table(
            lambda row: row.document_id, indexes={"order": lambda row: row.order_number}
        )
        self.submissions: Table[int, Submission] = Table(lambda row: row.id)
        self.answers: Table[int, Answer] = Table(lambda row: row.id)
        self.history: Table[int, Step] = Table(lambda row: row.id, indexes={"order": lambda row: row.order_number})
        self.deletions: Table[str, Deletion] = Table(
            lambda row: row.order_number, indexes={"reference": lambda row: (row.partner, row.client_reference)}
        )
        self.certificates: Table[str, Certificate] = Table(lambda row: row.id)
        self.change_requests: Table[str, ChangeRequest] = Table(
            lambda row: row.id,
            indexes={"reference": lambda row: (row.partner, row.client_reference), "status": lambda row: row.status},
        )
        self.keys: Table[str, Key] = Table(lambda row: row.label)
        self.mails: Table[int, Mail] = Table(lambda row: row.id)
        self.tokens: Table[str, Token] = Table(lambda row: row.text)
        self.contents: Table[str, Content] = Table(lambda row: row.document_id)
        self.editions: Table[str, Edition] = Table(lambda row: row.id, indexes={"order": lambda row: row.order_number})
        self._seed()

    def _seed(self) -> None:
        self.catalog.put(seeds.catalog())
        for site in seeds.sites():
            self.sites.put(site)
        for opportunity in seeds.opportunities():
            self.opportunities.put(opportunity)
        for key in seeds.api_keys():
            self.keys.put(key)


_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclasses.dataclass
class Desk:
    """What every call works with: the books, the present settings, and how far the staff has come."""

    books: Books
    settings: Settings
    settled: datetime = _LONG_AGO

    @property
    def catalog(self) -> Catalog:
        """Return the catalogue."""
        return next(iter(self.books.catalog))
