"""After a database went back in time: risks are published once more, and lost series no longer count."""

from typing import Any

from services.risks.projection import SUBSCRIPTION
from services.risks.service.republication import REPUBLICATION


async def _republish(register: Any) -> list[str]:
    refs = list(await register.database.read(REPUBLICATION.list_subjects))
    await register.database.write(lambda tx: REPUBLICATION.emit_states(tx, refs))
    return refs


async def test_every_risk_with_an_event_is_published_as_its_next_version(register: Any, tied: Any):
    await register.say("a/RK9", 1, "gg")
    await register.risk("OCC4", links=tied("a/RK9"))
    await register.risk("OCC5")
    await register.say("a/RK9", 2, "ggr")
    before, told = await register.get("/risks"), await register.outbox()
    newest = {subject: version for _, subject, version in told}
    assert await _republish(register) == ["OCC4", "OCC5"]
    again = (await register.outbox())[len(told) :]
    assert again == [("reviewed", ref, newest[ref] + 1) for ref in ("OCC4", "OCC5")]
    ratings = [[risk[name] for name in ("ref", "assessed", "indicated", "effective")] for risk in before["items"]]
    after = (await register.get("/risks"))["items"]
    assert [[risk[name] for name in ("ref", "assessed", "indicated", "effective")] for risk in after] == ratings


async def test_a_series_that_its_producer_no_longer_has_moves_no_risk(register: Any, tied: Any):
    await register.say("a/RK9", 1, "gg")
    await register.risk("OCC4", links=tied("a/RK9"))
    await register.say("a/RK9", 2, "ggr")
    assert await register.likelihoods() == (3, 4, 4)
    await register.database.write(lambda tx: SUBSCRIPTION.projection.forget(tx, ["a/RK9"]))
    assert await register.likelihoods() == (3, 3, 3)
    await register.say("a/RK9", 1, "ggr", copy=1)
    assert await register.likelihoods() == (3, 4, 4)
