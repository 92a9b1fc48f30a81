"""The name of one thing at one vendor: `<vendor>/<type>/<name>`."""

import dataclasses


@dataclasses.dataclass(frozen=True, order=True, slots=True)
class Address:
    """One thing at one vendor, such as `avg/order/acme-avg-2026`."""

    vendor: str
    type: str
    name: str

    def __str__(self) -> str:
        return f"{self.vendor}/{self.type}/{self.name}"

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Read the printed form; ValueError when it has not exactly three parts."""
        parts = text.split("/")
        if len(parts) != 3 or not all(parts):
            raise ValueError(f"{text!r} is no address; write <vendor>/<type>/<name>, as the plan prints it")
        return cls(*parts)
