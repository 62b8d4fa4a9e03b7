"""What a steady run shows of what was measured."""

from benchmarks.steady_report import Sample, growth, lines, percentile, report

SECONDS = 80.0


def _samples(inbox, *, audit=100, updates=10):
    """At each eighth; ``inbox`` is its size there, and the audit record grows by as much each time."""
    sizes = [{"risks.inbox": size, "risks.audit_entry": audit * number} for number, size in enumerate(inbox)]
    return [Sample(at=number * 10.0, updates=number * updates, sizes=each) for number, each in enumerate(sizes)]


FILLING_THEN_FLAT = [0, 100, 200, 300, 400, 410, 400, 405, 400]
GROWING = [0, 100, 200, 300, 400, 500, 600, 700, 800]
UPDATES = [(at, 0.010) for at in range(40)] + [(at, 0.020) for at in range(40, 80)]


def test_rates_and_waits_are_told_by_half():
    found = report(SECONDS, UPDATES, _samples(FILLING_THEN_FLAT), 7)
    assert found["updates"] == 80
    assert found["updates_per_second"] == [1.0, 1.0]
    assert found["p50_ms"] == [10.0, 20.0]
    assert found["p99_ms"] == [10.0, 20.0]
    assert found["most_waiting"] == 7


def test_trimmed_tables_are_judged_by_what_follows_the_first_sweep_of_a_full_table():
    assert report(SECONDS, UPDATES, _samples(FILLING_THEN_FLAT), 0)["trimmed_second_half_ratio"] == 1.025
    assert report(SECONDS, UPDATES, _samples(GROWING), 0)["trimmed_second_half_ratio"] == 1.6


def test_the_rest_grows_by_bytes_an_update_and_the_fastest_comes_first():
    first = Sample(0, 100, {"risks.inbox": 5, "risks.audit_entry": 1000, "bus.record": 0, "risks.risk": 50})
    last = Sample(10, 200, {"risks.inbox": 9000, "risks.audit_entry": 2500, "bus.record": 4000, "risks.risk": 50})
    assert dict(growth(first, last)) == {"bus.record": 40.0, "risks.audit_entry": 15.0}
    assert next(growth(first, last)) == ("bus.record", 40.0)


def test_percentiles_are_times_that_were_measured():
    times = [n / 1000 for n in range(1, 101)]
    assert (percentile(times, 50), percentile(times, 99), percentile([], 99)) == (51.0, 100.0, 0.0)


def test_people_read_whether_it_is_flat():
    told = "\n".join(lines("embedded", 40, report(SECONDS, UPDATES, _samples(FILLING_THEN_FLAT), 7)))
    assert "p99 10 and 20 ms (2 times, not flat)" in told
    assert "largest to smallest 1.025 (1.025 times, flat)" in told
    assert "everything else grows by 10 bytes an update: risks.audit_entry 10" in told
