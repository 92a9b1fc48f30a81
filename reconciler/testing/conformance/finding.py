"""What the suite says: where a declaration and what was seen are not the same."""

import dataclasses


@dataclasses.dataclass(frozen=True, order=True)
class Finding:
    """One difference between what is declared and what was seen.

    `what`: the operation, field or endpoint that it is about, empty when it is about the type or the vendor as a whole.
    """

    rule: str
    subject: str
    what: str
    seen: str

    @property
    def key(self) -> str:
        """How a bench names it in its excuses."""
        return f"{self.rule} {self.subject} {self.what}".strip()

    def __str__(self) -> str:
        return f"{self.key}: {self.seen}"
