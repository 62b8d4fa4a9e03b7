"""Dead letters over HTTP, and consumers that a run of failures has stopped."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request

from chassis.events.dead_letters import DeadLetterFilter, DeadLetterState, Reason
from chassis.web.identity import caller_of
from chassis.web.moments import Moment
from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from gateway.operations import dead_letters
from gateway.operations.dead_letter_schemas import (
    ID,
    AllowedFailuresIn,
    AllowedFailuresOut,
    DeadLetterOut,
    DecisionOut,
    DecisionsOut,
    DiscardIn,
    DiscardManyIn,
    RetryIn,
)
from gateway.operations.dead_letters import Name, Stores

router = APIRouter(tags=["operations"])


def _stores(request: Request) -> Stores:
    found: Stores = request.app.state.services.dead_letters(caller_of(request.scope).name)
    return found


Asked = Annotated[Stores, Depends(_stores)]
Id = Annotated[str, Path(max_length=60, description="Its name among all dead letters", examples=[ID])]


def _filter(
    consumer: Annotated[str | None, Query(max_length=60, description="Of one consumer", examples=["risks"])] = None,
    reason: Annotated[Reason | None, Query(description="Parked for this reason", examples=["failed"])] = None,
    subject: Annotated[
        str | None,
        Query(max_length=200, description="Subject of the event; `*` stands for any text", examples=["ae-*"]),
    ] = None,
    since: Annotated[
        Moment | None, Query(description="Parked at this moment or later", examples=["2018-02-28T00:00:00Z"])
    ] = None,
    state: Annotated[
        DeadLetterState | None, Query(description="Parked, or what became of it; all without", examples=["parked"])
    ] = None,
) -> DeadLetterFilter:
    return DeadLetterFilter(consumer, reason, subject, since, state)


@router.get("/dead-letters", summary="Events that could not be applied", responses=problems(400, 422))
async def list_dead_letters(
    asked: Asked, paging: Paging, wanted: Annotated[DeadLetterFilter, Depends(_filter)]
) -> PageBody[DeadLetterOut]:
    """Dead letters of every consumer, by service, the oldest first, without their bodies."""
    return paging.body(await dead_letters.list_page(asked, wanted, paging.request), DeadLetterOut.of)


@router.get("/dead-letters/{id}", summary="A dead letter with its body", responses=problems(404))
async def get_dead_letter(asked: Asked, id: Id) -> DeadLetterOut:  # noqa: A002  what the path calls it
    """The event as it was read, with the error of the last attempt."""
    return DeadLetterOut.of(await dead_letters.get_letter(asked, Name.parse(id)))


@router.post("/dead-letters/{id}/retry", summary="Retry a dead letter", responses=problems(404))
async def retry_dead_letter(asked: Asked, id: Id) -> DecisionOut:  # noqa: A002  what the path calls it
    """Apply it through the same handler. Where it fails again it stays parked; again is a no-op."""
    return DecisionOut.of(await dead_letters.retry(asked, Name.parse(id)))


@router.post("/dead-letters/{id}/discard", summary="Discard a dead letter", responses=problems(404))
async def discard_dead_letter(asked: Asked, id: Id, body: DiscardIn) -> DecisionOut:  # noqa: A002  what the path calls it
    """Put it aside for good; it stays on record with the reason."""
    return DecisionOut.of(await dead_letters.discard(asked, Name.parse(id), body.reason))


@router.post("/dead-letter-retries", summary="Retry many dead letters")
async def retry_dead_letters(asked: Asked, body: RetryIn) -> DecisionsOut:
    """Apply what is parked and meant through the same handlers, a bounded number in a call, one transaction each."""
    return DecisionsOut.of(await dead_letters.retry_matching(asked, body.where.to_domain(), body.most))


@router.post("/dead-letter-discards", summary="Discard many dead letters")
async def discard_dead_letters(asked: Asked, body: DiscardManyIn) -> DecisionsOut:
    """Put aside for good what is parked and meant, a bounded number in a call."""
    wanted = body.where.to_domain()
    return DecisionsOut.of(await dead_letters.discard_matching(asked, wanted, body.most, body.reason))


@router.post("/consumers/{consumer}/allowed-failures", summary="Have a stopped consumer go on", responses=problems(404))
async def allow_failures(
    asked: Asked,
    consumer: Annotated[str, Path(max_length=60, description="The consumer", examples=["risks"])],
    body: AllowedFailuresIn,
) -> AllowedFailuresOut:
    """Let a consumer that a run of failures has stopped park so many events more in a row; then it stops again.

    The first event that is applied ends the run, and what was allowed with it. A consumer that has not stopped when
    this is called leaves it aside.
    """
    await dead_letters.allow_failures(asked, consumer, body.most, body.reason)
    return AllowedFailuresOut(consumer=consumer, most=body.most)
