"""Corrections are back-dated at random, and every past report reproduces to the penny, on both axes of time."""

import asyncio
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from chassis.storage.transaction import Tx
from chassis.web.units import Resources
from contracts.period import Period
from services.finance.domain.outturn import OutturnPosting
from services.finance.domain.transfers import Layer
from services.finance.repository.transfers import list_after
from services.finance.schemas.funds import FundBody
from services.finance.service.funds import define_fund
from services.finance.service.ledger import get_trial_balance, verify_ledger
from services.finance.service.outturn import OutturnCall, post_outturn
from services.finance.service.reversing import reverse_entry
from tests.conftest import ResourcesFor
from tests.integration.finance.conftest import pin
from tests.integration.finance.world import fund_body, unbalanced

pytestmark = pytest.mark.both_engines

FUND = "integrated-fund"
LINES = ("commissioning", "leisure")
REVERSED = 0.3
DAYS = [date(2017, 4, 1) + timedelta(days=30 * n) for n in range(12)]


@dataclass(frozen=True)
class Known:
    """What a model of the ledger knows of an entry."""

    line: str
    amount: Decimal
    effective_on: date
    recorded_at: datetime


class Ticking:
    """A clock that goes on by a second whenever it is read."""

    def __init__(self) -> None:
        self.now = datetime(2018, 2, 28, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def expected(known: list[Known], at: date | None, known_at: datetime | None) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for one in known:
        if (at is None or one.effective_on <= at) and (known_at is None or one.recorded_at <= known_at):
            found[one.line] = found.get(one.line, Decimal(0)) + one.amount
    return {line: amount for line, amount in found.items() if amount}


async def test_every_past_report_reproduces(resources_for: ResourcesFor):
    resources: Resources = await resources_for("services.finance", clock=Ticking())
    await pin(resources.database, date(2018, 2, 28))
    await _define(resources)
    known, moments = list[Known](), list[datetime]()
    dice = random.Random(1)  # noqa: S311  nothing here is secret
    for number in range(25):
        known.append(await _correct(resources, dice, number))
        moments.append(known[-1].recorded_at)
    for _ in range(25):
        at, known_at = dice.choice([None, *DAYS]), dice.choice([None, *moments])
        assert await _spent(resources, at, known_at) == expected(known, at, known_at), (at, known_at)
    assert (await resources.database.read(verify_ledger)).is_clean


async def test_whoever_waits_is_recorded_after_whom_it_waited_for(resources_for: ResourcesFor):
    resources = await resources_for("services.finance", clock=Ticking())
    await pin(resources.database, date(2018, 2, 28))
    await _define(resources)
    if resources.database.dialect == "sqlite":
        return  # one writer at a time
    begun, posted = asyncio.Event(), asyncio.Event()

    async def post_late(tx: Tx) -> None:
        begun.set()
        await posted.wait()
        await _post(tx, random.Random(1), 1)  # noqa: S311  nothing here is secret

    async def post_early() -> None:
        await begun.wait()
        await resources.database.write(lambda tx: _post(tx, random.Random(2), 2))  # noqa: S311
        posted.set()

    await asyncio.gather(resources.database.write(post_late), post_early())
    there = await resources.database.read(lambda tx: list_after(tx, FUND, 0, 1000))
    assert [one.recorded_at for one in there] == sorted(one.recorded_at for one in there)


async def _define(resources: Resources) -> None:
    body = FundBody.model_validate(fund_body())
    await resources.database.write(lambda tx: define_fund(tx, FUND, body.to_domain(), "Agreed"))


async def _correct(resources: Resources, dice: random.Random, number: int) -> Known:
    """Post to a month at random, or take back what was posted, with effect on any day of the year."""

    async def work(tx: Tx) -> Known:
        return await (_reverse if dice.random() < REVERSED else _post)(tx, dice, number)

    return await resources.database.write(work)


async def _post(tx: Tx, dice: random.Random, number: int) -> Known:
    month = Period.parse(f"2017-{dice.randint(4, 12):02d}")
    amount = Decimal(dice.randint(-(10**6), 10**6)) / 100
    posting = OutturnPosting(f"n{number}", dice.choice(LINES), month, amount, "General ledger")
    await post_outturn(tx, FUND, OutturnCall([posting], lambda place, field: f"{place} {field}"))
    return Known(posting.line, amount, month.end, tx.now)


async def _reverse(tx: Tx, dice: random.Random, number: int) -> Known:
    there = [one for one in await list_after(tx, FUND, 0, 1000) if one.transfer.layer is Layer.OUTTURN]
    reversed_ = {one.transfer.reverses for one in there}
    open_ = [one for one in there if one.transfer.reverses is None and one.number not in reversed_]
    if not open_:
        return await _post(tx, dice, number)
    one, day = dice.choice(open_), dice.choice(DAYS)
    recorded, _ = await reverse_entry(tx, one.id, day, "Wrong")
    line = one.transfer.owner
    return Known(line, recorded.transfer.amount_of(line), day, tx.now)


async def _spent(resources: Resources, at: date | None, known_at: datetime | None) -> dict[str, Decimal]:
    found = await resources.database.read(lambda tx: get_trial_balance(tx, FUND, at, known_at))
    assert (found.difference, unbalanced(found)) == (0, [])
    return {
        one.account.owner: one.balance
        for one in found.accounts
        if one.account.layer is Layer.OUTTURN and one.account.owner in LINES and one.balance
    }
