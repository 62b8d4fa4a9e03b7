"""The map is true: an observation passes every function that docs/architecture.md names, and few are named."""

from benchmarks.trace_observation import missing, steps, trace_observation

MOST = 25


async def test_an_observation_goes_the_way_that_the_map_tells(tmp_path):
    named = steps()
    assert 15 <= len(named) <= MOST
    assert len(set(named)) == len(named)
    trace = await trace_observation(tmp_path)
    assert missing(trace, named) == []
