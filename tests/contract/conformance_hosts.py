"""Mail hosts that are not as the example's adapter declares them, by one lie each."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from toy_vendor.simulator import MailHost

Row = dict[str, Any]


class Moving(MailHost):
    """Moves a mailbox to another domain when anything is changed, although addresses are said to stay."""

    def change(self, request: Request, body: Row) -> Response:
        """Change, and move."""
        answer = super().change(request, body)
        for row in self.tables["mailboxes"].values():
            row["address"] = row["address"].replace("acme.example", "acme.mail.example")
        return answer


class Slow(MailHost):
    """Shows new rows in lists after 20 seconds, while 5 are declared."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.lag = 20.0


class Forgetful(MailHost):
    """Finds what has a reference, and by its id, but lists nothing."""

    def find(self, request: Request, body: Row) -> Response:
        """Find."""
        found = super().find(request, body)
        return found if "reference" in request.query_params else JSONResponse({"items": [], "total": 0})


class Short(MailHost):
    """Lists one row and says that this is all."""

    def find(self, request: Request, body: Row) -> Response:
        """Find."""
        if "reference" in request.query_params:
            return super().find(request, body)
        rows = [{**row, "since": 0, "password": 0} for row in list(self.tables[request.path_params["table"]].values())]
        shown = [counted(row) for row in rows[:1]]
        return JSONResponse({"items": shown, "total": len(shown)})


def counted(row: Row) -> Row:
    """Return a row with the lengths of its lists."""
    return {**row, **{f"{name}Count": len(value) for name, value in row.items() if isinstance(value, list)}}


class Blind(MailHost):
    """Does not find by reference, so that an operation declared by look-up is done twice."""

    def find(self, request: Request, body: Row) -> Response:
        """Find."""
        asked = "reference" in request.query_params
        return JSONResponse({"items": [], "total": 0}) if asked else super().find(request, body)


class Greedy(MailHost):
    """Charges each change again, also one that says the same."""

    def change(self, request: Request, body: Row) -> Response:
        """Change, and charge."""
        if request.path_params["table"] == "mailboxes":
            self.charges.append({"change": request.path_params["id"]})
        return super().change(request, body)


class Meddling(MailHost):
    """Sends a mail whenever it is read."""

    def find(self, request: Request, body: Row) -> Response:
        """Find, and mail."""
        self.mails.append({"template": "you were looked at"})
        return super().find(request, body)


class Wordy(MailHost):
    """Gives numbers back as text."""

    def create(self, request: Request, body: Row) -> Response:
        """Create, with a text."""
        return super().create(request, {**body, **({"quota": str(body["quota"])} if "quota" in body else {})})

    def change(self, request: Request, body: Row) -> Response:
        """Change, with a text."""
        return super().change(request, {**body, **({"quota": str(body["quota"])} if "quota" in body else {})})
