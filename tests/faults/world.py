"""What the fault tests are about: indicators in areas, risks and savings schemes on them, a stream of updates."""

import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import httpx

PLYMOUTH, DEVON, CORNWALL = AREAS = ("E06000026", "E10000008", "E06000052")
SHARES = ("four-hours", "eighteen-weeks", "two-weeks")
ADMISSIONS = "admissions"
INDICATORS = (*SHARES, ADMISSIONS)
MONTHS = tuple([f"2017-{month:02d}" for month in range(4, 13)] + ["2018-01", "2018-02", "2018-03"])
FOREIGN = "foreign-"
"""Indicators that the indicators service knows nothing of start so: a test publishes their events itself."""


def money(amount: int) -> dict[str, str]:
    return {"amount": f"{amount}.00", "currency": "GBP"}


def lay_out(client: httpx.Client) -> None:
    """Make what the updates move. The first two months are good, so that every snapshot is known."""
    names = {PLYMOUTH: "Plymouth", DEVON: "Devon", CORNWALL: "Cornwall"}
    for code, name in names.items():
        post(client, "/indicators/v1/areas", {"code": code, "name": name, "type": "authority"})
    for code in INDICATORS:
        post(client, "/indicators/v1/indicators", _indicator(code))
        for area in AREAS:
            target = {"area": area, "kind": "reach", "value": "1400" if code == ADMISSIONS else "90"}
            post(client, f"/indicators/v1/indicators/{code}/targets", target)
            for month in MONTHS[:2]:
                observe(client, code, area, month, "1200" if code == ADMISSIONS else "95").raise_for_status()


def tie(client: httpx.Client) -> None:
    """Risks and schemes, once what they hang on has been heard."""
    for number in range(8):
        pairs = [(INDICATORS[(number + n) % 4], AREAS[(number + 2 * n) % 3]) for n in range(3)]
        more = {"mode": "propose"} if number == 6 else {"kind": "opportunity"} if number == 7 else {}
        add_risk(client, f"R{number}", pairs, **more)
    client.put("/finance/v1/funds/pool", json=fund_body()).raise_for_status()
    for code in INDICATORS:
        for area in AREAS[:2]:
            add_scheme(client, f"{code}-{area}".lower(), code, area)
    pledge = {"number": "1", "theme": "Health", "title": "Shorter waits", "assignments": [_assignment()]}
    post(client, "/pledges/v1/pledges", pledge)
    links = [{"indicator": code, "area": PLYMOUTH} for code in INDICATORS]
    client.put("/pledges/v1/pledges/1/links", json={"links": links}).raise_for_status()


def post(client: httpx.Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post(path, json=body)
    assert answer.is_success, answer.text
    made: dict[str, Any] = answer.json()
    return made


def observe(client: httpx.Client, code: str, area: str, month: str, value: str) -> httpx.Response:
    body = {"area": area, "period": month, "value": value, "status": "final", "reason": "a later return"}
    return client.post(f"/indicators/v1/indicators/{code}/observations", json=body)


def add_risk(client: httpx.Client, ref: str, pairs: Sequence[tuple[str, str]], **more: Any) -> None:
    post(client, "/risks/v1/risks", risk_body(ref, pairs) | more)


def risk_body(ref: str, pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """A risk on these indicators in areas."""
    links = [
        {"indicator": code, "area": area, "group": f"group-{n}", "signal": "target"}
        for n, (code, area) in enumerate(pairs)
    ]
    body = {"ref": ref, "register": "faults", "title": f"Risk {ref}", "target": {"impact": 4, "likelihood": 2}}
    assessment = {"impact": 4, "likelihood": 3, "reason": "First assessment"}
    return body | {"assessment": assessment, "links": links}


def add_scheme(client: httpx.Client, code: str, indicator: str, area: str) -> None:
    post(client, "/finance/v1/schemes", scheme_body(code, indicator, area))


def fund_body() -> dict[str, Any]:
    """The fund that schemes are of, under ``pool``."""
    partners = [{"code": "PCC", "name": "Council"}]
    return {"name": "Pooled fund", "host": "PCC", "partners": partners, "budget_lines": [_line("commissioning")]}


def scheme_body(code: str, indicator: str, area: str) -> dict[str, Any]:
    """A scheme that follows an indicator in an area."""
    cost = {"amount": money(1609), "source": "illustrative", "price_year": "2017/18"}
    link = {
        "indicator": indicator,
        "area": area,
        "baseline": {"value": "1300" if indicator == ADMISSIONS else "85", "every": "month"},
        "volume": "1",
        "unit_cost": cost,
        "marginal_rate": "0.5",
        "attribution": "0.4",
    }
    return {
        "code": code,
        "name": f"Scheme {code}",
        "workstream": "prevention_and_demand",
        "fund": "pool",
        "budget_line": "commissioning",
        "partner": "PCC",
        "financial_year": "2017/18",
        "plan": [{"period": "2017/18", "low": money(100_000), "high": money(180_000)}],
        "cashable_share": "0.75",
        "illustrative": True,
        "link": link,
    }


def _indicator(code: str) -> dict[str, Any]:
    share = {"unit": "percentage", "polarity": "high_is_good"}
    count = {"unit": "count", "polarity": "low_is_good", "decimals": 0}
    return {"code": code, "name": code, "frequency": "month"} | (count if code == ADMISSIONS else share)


def _line(code: str) -> dict[str, Any]:
    nothing = dict.fromkeys(("cost_increases", "savings", "other_savings"), money(0))
    where = {"directorate": "People", "department": "Commissioning", "division": code.title()}
    return {"code": code, "financial_year": "2017/18", "opening": money(900_000_000)} | where | nothing


def _assignment() -> dict[str, Any]:
    """From after the last closed quarter on: no sweep opens a return of it while something is compared."""
    named = {"portfolio_holder": "A", "department": "People", "director": "B", "lead_officers": ["C"]}
    return named | {"valid_from": "2018-01-01"}


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An update that was answered with 2xx: what stands for it, by the answer."""

    indicator: str
    area: str
    period: str
    value: str
    revision: int
    event: str | None


@dataclass(slots=True)
class Stream:
    """Updates at a steady rate from several callers, who keep what was acknowledged.

    What was refused, or never answered, is sent again half of the time; the other half it stays in doubt.
    """

    url: str
    key: str
    per_second: float = 30
    callers: int = 3
    seed: int = 0
    acknowledged: list[Acknowledged] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    _ended: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Self:
        for number in range(self.callers):
            chance = random.Random(self.seed * 100 + number)  # noqa: S311  a test's dice
            thread = threading.Thread(target=self._call, args=(chance,), daemon=True)
            self._threads.append(thread)
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join(40)
            assert not thread.is_alive()

    def _call(self, chance: random.Random) -> None:
        headers = {"authorization": f"Bearer {self.key}"}
        with httpx.Client(base_url=self.url, headers=headers, timeout=35, trust_env=False) as client:
            due = time.monotonic()
            while not self._ended.wait(max(0.0, due - time.monotonic())):
                due = max(due + self.callers / self.per_second, time.monotonic() - 1)
                update = self._update(chance)
                if not self._send(client, update) and chance.random() < 0.5:
                    self._ended.wait(0.2)
                    self._send(client, update)

    @staticmethod
    def _update(chance: random.Random) -> tuple[str, str, str, str]:
        code = chance.choice(INDICATORS)
        value = chance.randint(1000, 1900) if code == ADMISSIONS else chance.randint(6000, 9999) / 100
        return code, chance.choice(AREAS), chance.choice(MONTHS), str(value)

    def _send(self, client: httpx.Client, update: tuple[str, str, str, str]) -> bool:
        try:
            answer = observe(client, *update)
        except httpx.HTTPError as error:
            self.refused[type(error).__name__] += 1
            return False
        if not answer.is_success:
            self.refused[str(answer.status_code)] += 1
            return False
        made = answer.json()
        self.acknowledged.append(Acknowledged(*update[:3], made["value"], made["revision"], made["event"]))
        return True

    def wait_for(self, more: int, within: float = 60) -> None:
        """Return once so many more updates were acknowledged."""
        limit, wanted = time.monotonic() + within, len(self.acknowledged) + more
        while len(self.acknowledged) < wanted:
            assert time.monotonic() < limit, f"{len(self.acknowledged)} of {wanted} acknowledged, {self.refused}"
            time.sleep(0.02)
