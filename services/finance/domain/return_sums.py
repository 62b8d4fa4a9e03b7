"""What the form of a return adds up by itself: the sum of a year, of all sources, and differences."""

from collections.abc import Iterator, Mapping

from services.finance.domain.return_cells import QUARTERS, Cell, Filled, Template
from services.finance.domain.return_templates import INCOME


def computed(template: Template, values: Mapping[str, str]) -> dict[str, str]:
    """Every sum of a form, each as soon as all of its parts that the form has are filled."""
    found = {cell.code: sum_of(template, cell, values) for cell in template.cells if cell.filled is Filled.COMPUTED}
    return {code: str(amount) for code, amount in found.items() if amount is not None}


def sum_of(template: Template, cell: Cell, values: Mapping[str, str]) -> int | None:
    """What the parts of a sum come to, in whole pounds; null while one of them is not filled."""
    parts = parts_of(template, cell)
    if not parts or not all(part in values for part in (*parts, *cell.less)):
        return None
    return sum(int(values[part]) for part in parts) - sum(int(values[part]) for part in cell.less)


def parts_of(template: Template, cell: Cell) -> tuple[str, ...]:
    """Codes of the cells that a sum adds."""
    return cell.adds or tuple(_of_the_year(template, cell.code))


def _of_the_year(template: Template, code: str) -> Iterator[str]:
    """The quarters of the sum's row, or in 2017/18 every source of income.

    The forecast of a quarter that is over is its actual.
    """
    flow, state = code.split(".")[1:3]
    codes = {cell.code for cell in template.cells}
    for quarter in QUARTERS:
        own, actual = f"money.{flow}.{state}.{quarter}", f"money.{flow}.actual.{quarter}"
        if own in codes:
            yield actual if state == "forecast" and actual in codes else own
    for source in INCOME:
        if (own := f"money.{flow}.{source}.{state}") in codes:
            yield own
