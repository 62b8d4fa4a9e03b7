"""Whatever is done to a fund, its position is what a plain sum of it says, now and as it was known at any moment."""

from collections.abc import Awaitable, Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.settings import ServiceSettings
from chassis.storage.database import Database
from chassis.web.units import Resources
from services.finance.app import create_app
from services.finance.service.ledger import verify_ledger
from tests.integration.finance.conftest import BUSINESS_DATE, pin
from tests.integration.finance.world import fund_body, scheme_body

AT = "/finance/v1"
FUND = f"{AT}/funds/integrated-fund"
LINES = ("commissioning", "leisure")
MONTHS = ["2017-05", "2017-08", "2017-11", "2018-01"]
QUARTER_OF = dict(zip(MONTHS, ["2017/18 Q1", "2017/18 Q2", "2017/18 Q3", "2017/18 Q4"], strict=True))
PENCE = st.integers(-60_000, 400_000).filter(bool)
OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("spend"), st.sampled_from(LINES), st.sampled_from(MONTHS), PENCE),
        st.tuples(st.just("vire"), st.sampled_from(LINES), st.integers(1, 400_000)),
        st.tuples(st.just("post"), st.sampled_from(["validated", "banked"]), st.sampled_from(MONTHS), PENCE),
        st.tuples(st.just("close"), st.sampled_from(MONTHS[:3])),
    ),
    min_size=6,
    max_size=14,
)


@dataclass
class Plain:
    """A fund in pence, by line, and one scheme on the first of them: nothing but sums and the rules of refusal."""

    budget: dict[str, int] = field(default_factory=lambda: {"commissioning": 100_000_000, "leisure": 500_000})
    spent: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LINES, 0))
    posted: dict[str, int] = field(default_factory=lambda: {"validated": 0, "banked": 0})
    taken: set[tuple[str, str]] = field(default_factory=set)
    closed: set[str] = field(default_factory=set)

    def spend(self, line: str, month: str, pence: int) -> bool:
        if month in self.closed:
            return False
        self.spent[line] += pence
        return True

    def vire(self, giving: str, pence: int) -> bool:
        if self.budget[giving] < pence:
            return False
        self.budget[giving] -= pence
        self.budget[next(line for line in LINES if line != giving)] += pence
        return True

    def post(self, state: str, month: str, pence: int) -> bool:
        after = self.posted | {state: self.posted[state] + pence}
        low, high = sorted((0, after["validated"]))
        if (state, month) in self.taken or not low <= after["banked"] <= high:
            return False
        self.posted = after
        self.taken.add((state, month))
        return True

    def close(self, month: str) -> bool:
        self.closed.add(month)
        return True

    def position(self) -> list[tuple[str, ...]]:
        """Budget, outturn, spent, validated and banked, line by line."""
        found = []
        for line in LINES:
            validated, banked = (self.posted["validated"], self.posted["banked"]) if line == LINES[0] else (0, 0)
            pence = (self.budget[line], self.budget[line] - banked, self.spent[line], validated, banked)
            found.append(tuple(f"{Decimal(each) / 100:.2f}" for each in pence))
        return found


def pounds(pence: int) -> dict[str, str]:
    return {"amount": f"{Decimal(pence) / 100:.2f}", "currency": "GBP"}


async def act(api: httpx.AsyncClient, number: int, operation: tuple[Any, ...]) -> bool:
    """Do it over HTTP; whether it was let."""
    match operation:
        case ("spend", line, month, pence):
            posting = {"reference": f"gl-{number}", "line": line, "period": month, "amount": pounds(pence)}
            answer = await api.post(f"{FUND}/outturn", json={"postings": [posting]})
        case ("vire", giving, pence):
            lines = {"from_line": giving, "to_line": next(line for line in LINES if line != giving)}
            wanted = {"reference": f"v-{number}", "financial_year": "2017/18", "amount": pounds(pence), **lines}
            answer = await api.post(f"{FUND}/virements", json=wanted | {"effective_on": "2018-02-01", "reason": "r"})
            if answer.status_code == httpx.codes.CREATED:
                at = f"{FUND}/virements/v-{number}/approve"
                answer = await api.post(at, json={}, headers={"x-actor": "manager"})
        case ("post", state, month, pence):
            entry = {"reference": f"e-{number}", "state": state, "period": month, "amount": pounds(pence)}
            answer = await api.post(f"{AT}/schemes/admissions/entries", json=entry | {"reason": "r"})
        case ("close", month):
            answer = await api.put(f"{FUND}/closed-quarters/{QUARTER_OF[month]}")
    assert answer.status_code in {200, 201, 409}, answer.text
    return answer.status_code < httpx.codes.CONFLICT


async def position(api: httpx.AsyncClient, **known: str) -> list[tuple[str, ...]]:
    found = (await api.get(f"{FUND}/position", params=known)).json()
    return [
        tuple(each["amount"] for each in (line["budget"], line["outturn"], line["spent"]))
        + tuple(line["savings"][name]["amount"] for name in ("validated", "banked"))
        for line in found["lines"]
    ]


@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(operations=OPERATIONS)
async def test_any_operations_leave_what_a_plain_sum_of_them_says(
    database_for: Callable[[str], Awaitable[Database]], operations: list[tuple[Any, ...]]
):
    database, plain = await database_for("services.finance"), Plain()
    try:
        await pin(database, BUSINESS_DATE)
        app = create_app(Resources(database=database, settings=ServiceSettings()))
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://finance") as api:
            assert (await api.put(FUND, json=fund_body())).status_code == 201
            planner, scheme = {"x-actor": "planner"}, scheme_body(link=None)
            assert (await api.post(f"{AT}/schemes", json=scheme, headers=planner)).status_code == 201
            known = []
            for number, operation in enumerate(operations):
                name, *said = operation
                assert await act(api, number, operation) is getattr(plain, name)(*said), operation
                known.append((datetime.now(UTC).isoformat(), deepcopy(plain.position())))
            assert await position(api) == plain.position()
            for moment, then in known[:: max(len(known) // 3, 1)]:
                assert await position(api, as_of=moment) == then
            balance = (await api.get(f"{FUND}/trial-balance")).json()
            assert (balance["debit"], balance["difference"]["amount"]) == (balance["credit"], "0.00")
        assert (await database.read(verify_ledger)).is_clean
    finally:
        await database.close()
