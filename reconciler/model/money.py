"""Amounts of money: exact decimals with a currency, never floats."""

import dataclasses
import decimal
from collections.abc import Iterable


@dataclasses.dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in one currency (ISO 4217)."""

    amount: decimal.Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.plain_amount} {self.currency}"

    @property
    def plain_amount(self) -> str:
        """The amount as text with at least two decimals and no exponent."""
        amount = self.amount
        places = max(2, -int(amount.normalize().as_tuple().exponent))
        return f"{amount:.{places}f}"

    def to_json(self) -> dict[str, str]:
        """Return `{"amount": "12.50", "currency": "EUR"}`."""
        return {"amount": self.plain_amount, "currency": self.currency}

    def times(self, factor: int) -> "Money":
        """Return this amount `factor` times."""
        return Money(self.amount * factor, self.currency)


def total(amounts: Iterable[Money]) -> dict[str, Money]:
    """Add up amounts by currency."""
    sums: dict[str, Money] = {}
    for money in amounts:
        before = sums.get(money.currency, Money(decimal.Decimal(0), money.currency))
        sums[money.currency] = Money(before.amount + money.amount, money.currency)
    return sums
