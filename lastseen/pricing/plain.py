"""A bill as plain data."""

from typing import Any

from lastseen.pricing.cost import bill, total
from lastseen.pricing.limits import limits
from lastseen.pricing.others import alternatives
from lastseen.pricing.prices import AS_OF, REGION
from lastseen.pricing.usage import Usage


def as_plain(load: dict[str, Any], usage: Usage) -> list[dict[str, Any]]:
    """An object for each line of the bill, its total, each alternative and each limit; each has the load."""
    lines = bill(usage)
    head: dict[str, Any] = load | {"prices_as_of": AS_OF, "prices_of": REGION}
    priced: list[dict[str, Any]] = [
        {
            "service": line.service,
            "item": line.item,
            "quantity": line.quantity.amount,
            "formula": line.quantity.formula,
            "price": line.price.dollars,
            "per": line.price.per,
            "unit": line.price.unit,
            "price_source": line.price.source,
            "price_is_confirmed": line.price.is_confirmed,
            "dollars": round(line.dollars, 6),
        }
        for line in lines
    ]
    others: list[dict[str, Any]] = [
        {"alternative": each.name, "formula": each.formula, "dollars": round(each.dollars, 6)}
        for each in alternatives(usage)
    ]
    rates: list[dict[str, Any]] = [
        {"limit": each.name, "rate": each.rate, "most": each.most, "unit": each.unit, "beyond": each.beyond}
        for each in limits(usage)
    ]
    return [head | each for each in [*priced, {"total": round(total(lines), 6)}, *others, *rates]]
