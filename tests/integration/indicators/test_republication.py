"""After a database went back in time: every series is published once more, with every period it has."""

from services.indicators.service.republication import REPUBLICATION
from tests.integration.indicators.conftest import ENGLAND, PLYMOUTH


async def republish(api):
    subjects = await api.database.read(REPUBLICATION.list_subjects)
    await api.database.write(lambda tx: REPUBLICATION.emit_states(tx, subjects))
    return subjects


def state(event):
    return {name: value for name, value in event["data"].items() if name not in {"changed", "complete"}}


async def test_each_series_is_told_whole_as_its_next_version(api):
    for month in range(1, 9):
        await api.observe(f"2017-{month:02}", f"{80 + month}.00")
    await api.observe("2017-03", None, status="withdrawn", reason="wrong")
    await api.observe("2017-08", "90.00", area=ENGLAND)
    before = await api.events()
    newest = {event["subject"]: event for event in before}
    assert await republish(api) == [f"ae-four-hour-wait/{area}" for area in (PLYMOUTH, ENGLAND)]
    told = (await api.events())[len(before) :]
    assert [event["aggregateversion"] for event in told] == [newest[e["subject"]]["aggregateversion"] + 1 for e in told]
    assert [state(event) for event in told] == [state(newest[event["subject"]]) for event in told]
    plymouth = told[0]["data"]["changed"]
    assert [(one["period"], one["status"], one["revision"]) for one in plymouth] == [
        (f"2017-{month:02}", "withdrawn" if month == 3 else "final", 2 if month == 3 else 1) for month in range(1, 9)
    ]
    assert all(event["data"]["complete"] for event in told)


async def test_what_only_changed_is_not_complete(api):
    await api.observe("2017-01", "80.00")
    await api.observe("2017-02", "81.00")
    assert [event["data"]["complete"] for event in await api.events()] == [False, False]


async def test_one_series_alone_is_told(api):
    await api.observe("2017-01", "80.00")
    await api.observe("2017-01", "70.00", area=ENGLAND)
    subject = f"ae-four-hour-wait/{PLYMOUTH}"
    before = len(await api.events())
    await api.database.write(lambda tx: REPUBLICATION.emit_states(tx, [subject]))
    assert [event["subject"] for event in (await api.events())[before:]] == [subject]
    again = await api.observe("2017-02", "81.00")
    assert again["version"] == (await api.events())[-1]["aggregateversion"]
