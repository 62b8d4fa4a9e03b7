"""Who is told of what and when: at once, day by day, again, in somebody's place, and above them."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from chassis.identity import Caller
from services.subscriptions.domain.notices import NoticeFilter
from services.subscriptions.domain.recipients import Pace
from services.subscriptions.repository import messages as stored
from services.subscriptions.schemas.recipients import RecipientIn
from services.subscriptions.service.deliveries.loop import policy_of
from services.subscriptions.service.notices import folding, planning, reading
from services.subscriptions.service.recipients import RecipientRules, put_recipient
from services.subscriptions.service.webhook_secrets import Sealer
from services.subscriptions.settings import WebhookSettings
from tests.integration.subscriptions.events import apply, event
from tests.integration.subscriptions.notices.conftest import LATE, OWNER, TYPE, MailServer, Office, text_of
from tests.integration.subscriptions.webhooks.plant import KEY

ONE_ENGINE = pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)


@pytest.mark.both_engines
async def test_what_comes_up_is_told_once_and_is_over_when_an_event_says_so(office: Office, mails: MailServer) -> None:
    await office.enter("ana", pace="immediate")
    await office.late()
    assert (await office.tell(), await office.tell()) == (1, 0)
    [mail] = mails.mails
    assert (mail["to"], mail["from"]) == ("ana@council.example", "Suite <suite@council.example>")
    assert mail["subject"] == "Late values: Waits of ae (E06000026): no value for 2018-01"
    text = text_of(mail)
    assert text.startswith("Ana,\n\nThis waits for you")
    assert "no value for 2018-01, was due on 20 February 2018" in text
    assert text.endswith("https://suite.council.example/desk\n")
    [notice] = await office.notices(waits="true")
    assert (notice["kind"], notice["subject"], notice["recipient"]) == ("late_value", "ae/late/E06000026", "ana")
    assert notice["told_at"] == "2018-02-28T09:00:00Z"
    await office.late()
    assert (await office.tell(), len(await office.notices())) == (0, 1), "the same once more is no other notice"
    await office.late(due="2018-02-27")
    assert (await office.tell(), len(await office.notices())) == (1, 1), "another value is due, so they are told"
    await office.late(late=False)
    assert (await office.tell(), await office.notices(waits="true")) == (0, [])
    assert [each["closed_at"] for each in await office.notices()] == ["2018-02-28T09:00:00Z"]


@ONE_ENGINE
async def test_every_kind_is_opened_and_closed_by_its_events(office: Office) -> None:
    """Also what is told of only from a day on, and what is deleted."""
    waits = {"id": "2018-46.2017-18-Q3.1", "pledge": "2018-46", "quarter": "2017/18 Q3", "due": "2018-02-15"}
    due = waits | {"portfolio_holder": "Ian Tuffin", "department": "People", "missing": True}
    missing, submitted = "commissioning.return.missing.v1", "commissioning.return.submitted.v1"
    await office.happens("pledges", "2018-46.2017-18-Q3.1", missing, due)
    await office.overdue()
    action = {"ref": "D1", "title": "Recruit", "owner": "HR", "due": "2018-03-20", "state": "open"}
    await office.happens("risks", "action/D1", "commissioning.treatment.updated.v1", action)
    await office.tell()
    told = {(each["kind"], each["owner"], each["due"]) for each in await office.notices(waits="true")}
    assert told == {("return_due", "Ian Tuffin", "2018-02-15"), ("review_overdue", OWNER, "2018-02-26")}
    await office.reviewed(override_until="2018-03-31", review_due="2018-02-26")
    office.clock.move(days=7)
    await office.tell()
    kinds = {each["kind"] for each in await office.notices(waits="true")}
    assert kinds == {"return_due", "review_overdue", "action_due"}, "overridden is not reviewed; two weeks before a day"
    office.clock.move(days=11)
    assert {each["kind"] for each in await office.notices(waits="true")} == kinds | {"override_lapses"}
    proposed = {
        "ref": "OCC5",
        "title": " Market\n\n",
        "owner": None,
        "proposed": {"score": 16},
        "effective": {"score": 12},
    }
    await office.happens("risks", "OCC5", "commissioning.proposal.updated.v1", proposed)
    await office.tell()
    [waiting] = await office.notices(kind="proposal_waits")
    assert waiting["title"] == "OCC5 Market: 16 instead of 12"
    await office.happens("risks", "OCC5", "commissioning.proposal.updated.v1", proposed | {"proposed": None})
    await office.reviewed(status="open")
    await office.happens("pledges", "2018-46.2017-18-Q3.1", submitted, due | {"missing": False})
    await office.happens("risks", "action/D1", "commissioning.treatment.updated.v1", action | {"state": "done"})
    await office.tell()
    assert await office.notices(waits="true") == []


@ONE_ENGINE
async def test_a_digest_has_all_that_waits_each_working_day_and_none_where_nothing_does(
    office: Office, mails: MailServer
) -> None:
    await office.enter("ana", daily_at="08:30")
    for code in ("ae", "dtoc", "falls"):
        await office.late(code)
    await office.overdue()
    assert await office.tell() == 0, "today's time is over"
    office.clock.move(hours=23.5)
    assert (await office.tell(), await office.tell()) == (1, 0)
    [mail] = mails.mails
    assert mail["subject"] == "1 March 2018: 4 things wait"
    text = text_of(mail)
    assert text.index("Late values\n- Waits of ae") < text.index("Reviews overdue\n- OCC4 Urgent care, was due on 26")
    office.clock.move(days=1)
    assert await office.tell() == 1, "Friday"
    for _ in range(2):
        office.clock.move(days=1)
        assert await office.tell() == 0, "a weekend"
    office.clock.move(days=1)
    for code in ("ae", "dtoc", "falls"):
        await office.late(code, late=False)
    await office.reviewed()
    assert await office.tell() == 0, "nothing waits any more"


@ONE_ENGINE
async def test_what_goes_on_waiting_is_told_again_and_then_above(office: Office, mails: MailServer) -> None:
    await office.enter("boss", owners=["Director"])
    late = {"remind_after_days": 2, "escalate_after_days": 5, "escalates_to": "boss"}
    await office.enter("ana", pace="immediate", daily_at="10:00", working_days_only=False, **late)
    await office.late()
    for _ in range(8):
        await office.tell()
        office.clock.move(days=1, hours=0.2)
    named = [str(each["to"]).split("@", 1)[0] for each in mails.mails]
    told = list(zip(named, (each.split(":", 1)[0] for each in mails.subjects), strict=True))
    assert told == [
        ("ana", "Late values"),
        ("ana", "Waits still"),
        ("ana", "Waits still"),
        ("boss", "Escalated"),
        ("ana", "Waits still"),
    ]
    assert "Ana was told of this at least 5 days ago" in text_of(mails.mails[3])
    [message] = [each for each in await office.messages() if each["kind"] == "escalation"]
    assert (message["recipient"], message["on_behalf_of"]) == ("boss", "ana")


@ONE_ENGINE
async def test_a_deputy_is_told_while_somebody_is_away(office: Office, mails: MailServer) -> None:
    await office.enter("emma", owners=["Emma Crowther"])
    await office.enter("ana", pace="immediate", deputy="emma", away_from="2018-02-28", away_until="2018-03-01")
    await office.late()
    assert await office.tell() == 1
    assert (mails.mails[0]["to"], "Ana is away" in text_of(mails.mails[0])) == ("emma@council.example", True)
    office.clock.move(days=2)
    await office.late("dtoc")
    assert await office.tell() == 1
    assert mails.mails[1]["to"] == "ana@council.example"


@ONE_ENGINE
async def test_what_nobody_is_told_of_is_listed_until_somebody_is(office: Office, mails: MailServer) -> None:
    await office.late(owner="A vacant post")
    await office.late("dtoc", owner=None)
    await office.tell()
    assert [each["owner"] for each in await office.notices(reached="false")] == ["A vacant post", None]
    table = await office.api.get("/notices.csv", params={"reached": "false", "kind": "late_value"})
    assert table.text.splitlines()[0].startswith("id,kind,service,subject,title,owner,recipient,due")
    assert len(table.text.splitlines()) == 3
    await office.enter("ana", pace="immediate", owners=["A vacant post"])
    assert (await office.tell(), len(await office.notices(reached="false"))) == (1, 1)
    assert [each["recipient"] for each in await office.notices(owner="A vacant post")] == ["ana"]
    assert len(mails.mails) == 1


@ONE_ENGINE
async def test_many_at_once_are_one_message_that_says_how_many_more(office: Office, mails: MailServer) -> None:
    await office.enter("ana", pace="immediate")
    late = [LATE | {"name": f"Waits of {number}"} for number in range(103)]
    told = [event("indicators", f"i{i}/late/E", 1, type_=TYPE, data=each) for i, each in enumerate(late)]
    await apply(office.database, *told)
    assert (await office.tell(), mails.subjects) == (1, ["103 things wait"])
    assert text_of(mails.mails[0]).count("no value") == 100
    assert "And 3 more." in text_of(mails.mails[0])


@ONE_ENGINE
async def test_of_services_that_whoever_entered_them_may_not_read_they_are_told_nothing(
    office: Office, mails: MailServer
) -> None:
    narrow = Caller("narrow", frozenset({"events:notify", "risks:read"}))
    rules = RecipientRules(policy_of(WebhookSettings()), (), Sealer([KEY]))

    async def enter(code: str, owner: str) -> None:
        body = RecipientIn(name=code, address=f"{code}@elsewhere.example", owners=[owner], pace=Pace.IMMEDIATE)
        await office.database.write(lambda tx: put_recipient(tx, body.to_domain(code), None, rules), actor=narrow)

    await enter("ana", OWNER)
    await office.late()
    await office.overdue()
    assert (await office.tell(), len(mails.mails)) == (1, 1)
    assert "Reviews overdue" in str(mails.subjects)
    later = {"pace": "immediate", "escalate_after_days": 1, "escalates_to": "ana", "working_days_only": False}
    await office.enter("emma", owners=["Emma"], deputy="ana", away_from="2018-03-02", **later)
    mails.answer = "451 Come again"
    await office.late("dtoc", owner="Emma")
    assert await office.tell() == 0
    await enter("emma", "Emma")
    mails.answer = "250 OK"
    office.clock.move(minutes=1)
    assert await office.tell() == 0, "what was written to another address is not for this one"
    [failed] = await office.messages(state="failed")
    assert (failed["recipient"], failed["outcome"]) == ("emma", "refused")
    await office.enter("emma", owners=["Emma"], deputy="ana", away_from="2018-03-02", **later)
    assert (await office.api.post(f"/messages/{failed['id']}/retry")).is_success
    assert await office.tell() == 1
    office.clock.move(days=2)
    await office.late("falls", owner="Emma")
    written = len(await office.messages())
    assert await office.tell() == 0
    assert len(await office.messages()) == written, "who is above her, and in her place, may not be told of it"


@pytest.mark.both_engines
async def test_two_processes_tell_once(office: Office, mails: MailServer) -> None:
    await office.enter("ana", pace="immediate")
    await office.late()
    await asyncio.gather(*(office.tell() for _ in range(4)))
    assert len(mails.mails) == 1
    body = {"name": "x", "address": "x@council.example", "owners": ["Of one"]}
    put = await asyncio.gather(*(office.api.put(f"/recipients/p{each}", json=body) for each in range(4)))
    assert sorted(each.status_code for each in put) == [201, 422, 422, 422], "no owner is of two"


@ONE_ENGINE
async def test_what_was_sent_and_not_recorded_comes_again_under_the_same_id(office: Office, mails: MailServer) -> None:
    """As after a kill between the mail server's answer and our note of it: at least once, and told apart."""
    await office.enter("ana", pace="immediate")
    await office.late()
    database = office.database

    async def killed(*_: Any) -> bool:
        return False

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stored, "save_attempt", killed)
        await office.tell()
    assert await office.tell() == 0, "whoever had it may be at it still"
    office.clock.move(minutes=1)
    assert await office.tell() == 1
    assert len({each["message-id"] for each in mails.mails}) == 1
    assert len(mails.mails) == 2
    assert await database.read(folding.has_more) is False
    assert await database.read(planning.is_time) is False


@ONE_ENGINE
async def test_what_a_subscription_lost_is_told_to_who_subscribed(office: Office) -> None:
    made = {"name": "warehouse", "url": "http://127.0.0.1:9/hook"}
    found = (await office.api.post("/subscriptions", json=made)).json()["id"]
    await office.tell()
    assert await office.notices() == []

    async def fail(tx: Any) -> None:
        table = tx.table("waiting_aggregate")
        row = {"subscription_id": found, "service": "risks", "subject": "R1", "position": 1, "due_at": tx.now}
        await tx.session.execute(table.insert().values(row | {"attempts": 9, "state": "dead", "dead_at": tx.now}))
        message = {"subscription_id": found, "planned_at": tx.now, "positions": [1], "attempts": 1}
        for mark, number, status in (("1", 1, "undeliverable"), ("2", 2, "accepted"), ("heartbeat", None, "unknown")):
            row = message | {"local_id": f"{found}.{mark}", "number": number, "status": status}
            await tx.session.execute(tx.table("mailbox_message").insert().values(row))
        subscription = tx.table("subscription")
        await tx.session.execute(subscription.update().values(status="disabled", reason="gone"))

    await office.database.write(fail)
    await office.tell()
    told = [(each["kind"], each["owner"], each["title"]) for each in await office.notices(waits="true")]
    assert told == [
        ("dead_letters", "office", "warehouse: 1 aggregates wait"),
        ("webhook_disabled", "office", "warehouse: gone"),
        ("mailbox_undelivered", "office", "warehouse: 1 messages"),
    ]
    reader = Caller("reader", frozenset({"events:read", "indicators:read"}))
    shown = reading.list_all_notices
    for caller, count in ((reader, 0), (replace(reader, names=frozenset({"office"})), 3)):
        seen = await office.database.read(lambda tx: shown(tx, NoticeFilter(frozenset())), actor=caller)
        assert len(seen) == count, "of others' webhooks nothing"
    assert (await office.api.post(f"/subscriptions/{found}/messages/{found}.1/resend")).is_success
    await office.tell()
    assert [each["id"] for each in await office.notices(kind="mailbox_undelivered", waits="true")] == []
    await office.api.delete(f"/subscriptions/{found}")
    await office.tell()
    assert await office.notices(waits="true") == []
