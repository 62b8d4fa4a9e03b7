"""Benchmarks that make their figures from a suite at work: here so short that only their shape counts."""

from dataclasses import replace

import pytest

from benchmarks import bench_evidence, bench_import, bench_ledger, bench_returns, contract_cost, steady
from benchmarks.sizes import TRIMMED
from benchmarks.steady_report import report

PLAN = steady.Plan(seconds=2, callers=4, indicators=4)


@pytest.mark.rest
async def test_a_steady_run_measures_updates_sizes_and_growth_and_another_when_risks_are_readable():
    with steady.embedded(PLAN) as (url, measure):
        times = await bench_evidence.measured(url, 0.1, callers=2, first=500)
        updates, samples, most_waiting = await steady.measured(url, PLAN, measure)
    assert (len(times) >= 4, len(times) % 2, min(times) > 0) == (True, 0, True)
    assert bench_evidence.told(times).startswith(f"{len(times)} updates; evidence committed to risk readable: p50 ")
    found = report(PLAN.seconds, updates, samples, most_waiting)
    assert found["updates"] == len(updates) > PLAN.callers
    assert len(found["trimmed_bytes"]) == steady.SAMPLES + 1
    assert min(found["trimmed_bytes"]) > 0
    assert set(samples[-1].sizes) >= {f"indicators.{table}" for table in TRIMMED} | {"bus.record", "risks.audit_entry"}
    assert not any(name.split(".")[1] in TRIMMED for name in found["growth_bytes_per_update"])


@pytest.mark.rest
async def test_the_cost_of_the_contract_is_measured_with_and_without_it_in_turns(tmp_path):
    found = await contract_cost.measured(tmp_path, indicators=2, months=2)
    assert {on: len(times.passed) for on, times in found.items()} == {True: 2, False: 2}
    assert min(min(times.processor) for times in found.values()) > 0


@pytest.mark.rest
@pytest.mark.postgres
def test_imports_are_measured_beside_a_plain_pipeline_and_reads_meanwhile():
    found = bench_import.measured(600, few=200, rounds=1, shape="month")
    assert min(found["seconds_of_few"], found["seconds_of_plain"], *found["microseconds_a_row"]) > 0
    assert len(bench_import.lines_of(found)) == len(found["read_ms"]) + 2


@pytest.mark.rest
async def test_reads_of_a_ledger_are_measured_beside_a_plain_read_of_its_rows():
    [cost, longer] = await bench_ledger.measured(20, 40, runs=3)
    assert min(cost.position, cost.trial_balance, cost.rows) > 0
    assert str(cost).lstrip().startswith("20 entries: position ")
    assert longer.entries == 40


@pytest.mark.rest
@pytest.mark.parametrize(
    ("position", "plain", "wanted"),
    [(2.5, 1.0, True), (3.2, 2.0, False), (2.5, 0.8, False)],
    ids=["flat", "grows", "far"],
)
def test_a_position_that_grows_fails_however_much_the_plain_read_of_its_rows_grows(position, plain, wanted):
    shortest = bench_ledger.Cost(1_000, 2.0, 1.0, 1.0, 1.0)
    assert bench_ledger.is_wanted([shortest, replace(shortest, position=position, position_rows=plain)]) is wanted


@pytest.mark.rest
async def test_opening_returns_is_measured_with_what_it_holds_at_a_time():
    cost = await bench_returns.measured(3)
    assert min(cost.seconds, cost.peak_mebibytes) > 0
    assert str(cost).lstrip().startswith("3 returns: ")
