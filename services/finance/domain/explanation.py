"""How an indicated figure was made, in a sentence a period, for whoever has to believe it."""

from collections.abc import Sequence
from decimal import Decimal

from contracts.colours import Polarity
from services.finance.domain.savings import Observation, PeriodSaving, SchemeLink, SharedCost, UnitCost, period_saving

_WHY_NOTHING = {
    "withdrawn": "withdrawn, so worth nothing",
    "suppressed": "suppressed, which is no value, so worth nothing",
    "not_available": "not available, which is no value, so worth nothing",
    "not_applicable": "not applicable, which is no value, so worth nothing",
    "rounds_to_zero": "rounds to zero, which is no value, so worth nothing",
    "neutral_polarity": "the indicator is neutral, so worth nothing",
    "unit_cost_missing": "no unit cost is recorded, so nothing can be said of its worth",
    "unit_cost_not_effective": "the unit cost does not apply to this period, so worth nothing",
    "out_of_range": "more than a ledger takes, so not posted",
}
MANUAL = "Tied to no indicator: finance posts what it validates and banks."


def explain(link: SchemeLink | None, polarity: Polarity | None, observations: Sequence[Observation]) -> str:
    """The formula with its factors, then each period with its figures. Indicated money is not delivered money."""
    if link is None:
        return MANUAL
    if polarity is None:
        return f"Nothing has been heard of {link.series} yet."
    parts = [_formula(link, polarity)]
    for observation in sorted(observations, key=lambda o: o.period.sort_key):
        saving = period_saving(link, polarity, observation)
        if saving is not None:
            parts.append(_period(link, observation, saving))
    if len(parts) == 1:
        parts.append(f"No value of a period of {link.year} has been heard yet.")
    return " ".join([*parts, "Indicated money is not delivered money."])


def _formula(link: SchemeLink, polarity: Polarity) -> str:
    terms = link.terms
    units = "(actual - baseline)" if polarity is Polarity.HIGH_IS_GOOD else "(baseline - actual)"
    return (
        f"{link.series}, {polarity.replace('_', ' ')}: {units} x volume {plain(terms.volume)} x "
        f"unit cost {_unit_cost(terms.unit_cost)} x marginal rate "
        f"{plain(terms.marginal_rate)} x attribution {plain(terms.attribution)}; of that a share of "
        f"{plain(terms.cashable_share)} is cash, less {in_pounds(terms.reprovision)} a period to provide otherwise."
    )


def _unit_cost(of: UnitCost | SharedCost) -> str:
    cost, version = of.newest, ""
    if isinstance(of, SharedCost):
        if cost is None:
            return f"{of.code} (not recorded yet)"
        version = f", version {cost.version} of {of.code}"
    return "" if cost is None else f"{in_pounds(cost.amount)} ({cost.source}, {cost.price_year} prices{version})"


def _period(link: SchemeLink, observation: Observation, saving: PeriodSaving) -> str:
    if saving.flag is not None:
        return f"{observation.period}: {_WHY_NOTHING[saving.flag]}."
    baseline, actual = link.baseline.of(observation.period) or Decimal(0), observation.value or Decimal(0)
    return (
        f"{observation.period} (revision {observation.revision}, {observation.status}): "
        f"baseline {plain(baseline)}, actual {plain(actual)}: "
        f"cash {in_pounds(saving.amounts.cash)}, not cash {in_pounds(saving.amounts.non_cash)}."
    )


def in_pounds(amount: Decimal) -> str:
    """An amount as people write it: ``-£349.97``."""
    shown = f"£{abs(amount):,.2f}"
    return f"-{shown}" if amount < 0 and shown != "£0.00" else shown


def plain(number: Decimal) -> str:
    """A number without needless noughts."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
