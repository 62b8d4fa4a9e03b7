"""Subscriptions over HTTP."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request

from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.units import Read, Resources, Write
from services.subscriptions.domain.webhooks import OVERLAP
from services.subscriptions.schemas.subscriptions import (
    EndedOut,
    NewSubscriptionOut,
    OwnersOut,
    ProgressOut,
    ReplayIn,
    SecretRotationIn,
    SubscriptionChange,
    SubscriptionIn,
    SubscriptionOut,
    TestOut,
)
from services.subscriptions.service import running, subscriptions
from services.subscriptions.service.deliveries.loop import policy_of
from services.subscriptions.service.subscriptions import Rules
from services.subscriptions.service.webhook_secrets import sealer_of
from services.subscriptions.settings import MeshSettings, MnsSettings, WebhookSettings

router = APIRouter(tags=["webhooks"])

SubscriptionInPath = Annotated[
    str,
    Path(
        max_length=40,
        pattern=r"^[A-Za-z0-9_]+$",
        description="The subscription",
        examples=["sub_4f1c0d6c5b7e4c7f8a55"],
    ),
]


async def _rules(request: Request) -> Rules:
    settings, resources = WebhookSettings(), _resources(request)
    sealer = sealer_of(resources.database, settings)
    offered = {"has_mesh": MeshSettings().url is not None, "has_mns": MnsSettings().is_complete}
    return Rules(policy_of(settings), settings.per_owner, sealer, **offered)


def _resources(request: Request) -> Resources:
    found: Resources = request.app.state.resources
    return found


Ruled = Annotated[Rules, Depends(_rules)]
"""What an operator has set."""


@router.get("/subscriptions", summary="List subscriptions", responses=problems(400, 401, 422))
async def list_subscriptions(read: Read, paging: Paging) -> PageBody[SubscriptionOut]:
    """Yours by name; everybody's where you may see how the suite works."""
    page = await read(lambda tx: subscriptions.list_subscriptions(tx, paging.request))
    return paging.body(page, SubscriptionOut.of)


@router.post(
    "/subscriptions",
    summary="Subscribe",
    status_code=201,
    responses=problems(401, 409, 410, 413, 415, 422, 503),
)
async def create_subscription(write: Write, rules: Ruled, body: SubscriptionIn) -> NewSubscriptionOut:
    """Events are sent to your address as they come, signed with a secret that is in this answer and nowhere else.

    They are those of the services that you may read now, and stay so: a key with more scopes needs a subscription of
    its own. Without `after_position` it begins with what comes from now on; with `resync` with present state. To a
    mailbox of NHS MESH go messages of many events, from the `mailbox` that you give.
    """
    await subscriptions.require_public(body.url, rules.policy)
    made = await write(
        lambda tx: subscriptions.create_subscription(tx, body.to_domain(), body.start(), rules, body.opening())
    )
    return NewSubscriptionOut.made(*made)


@router.get("/subscriptions/{id}", summary="Read a subscription", responses=problems(401, 404))
async def read_subscription(read: Read, id: SubscriptionInPath) -> SubscriptionOut:  # noqa: A002  the name of the parameter is part of the path
    """What is sent where, and whether it is."""
    return SubscriptionOut.of(await read(lambda tx: subscriptions.get_subscription(tx, id)))


@router.patch(
    "/subscriptions/{id}",
    summary="Change a subscription",
    responses=problems(401, 404, 409, 412, 413, 415, 422, 503),
)
async def change_subscription(
    write: Write,
    rules: Ruled,
    id: SubscriptionInPath,  # noqa: A002  the name of the parameter is part of the path
    body: SubscriptionChange,
) -> SubscriptionOut:
    """Its owner changes it. By a key with fewer scopes than it was made with it is narrowed to what that may read.

    Events that were sent and not yet recorded are sent again, as the changed subscription has it.
    """
    changes, wanted = body.to_domain()
    if "url" in changes:
        await subscriptions.require_public(changes["url"], rules.policy)
    work = await write(lambda tx: subscriptions.change_subscription(tx, id, changes, wanted, rules, body.opening()))
    return SubscriptionOut.of(work)


@router.delete(
    "/subscriptions/{id}", summary="Delete a subscription", status_code=204, responses=problems(401, 404, 412)
)
async def delete_subscription(write: Write, id: SubscriptionInPath) -> None:  # noqa: A002  the name of the parameter is part of the path
    """Nothing more is sent; its log and what waits are gone. What you have had stays yours."""
    await write(lambda tx: subscriptions.delete_subscription(tx, id))


@router.get("/subscriptions/{id}/progress", summary="How far a subscription has come", responses=problems(401, 404))
async def read_progress(read: Read, id: SubscriptionInPath) -> ProgressOut:  # noqa: A002  the name of the parameter is part of the path
    """Where it stands in the feed, what waits, and whether the receiver takes anything."""
    return ProgressOut.of(await read(lambda tx: subscriptions.get_progress(tx, id)))


@router.post(
    "/subscriptions/{id}/rotate",
    summary="Give a subscription another secret",
    responses=problems(401, 404, 409, 413, 415, 422, 503),
)
async def rotate_secret(
    write: Write,
    rules: Ruled,
    id: SubscriptionInPath,  # noqa: A002  the name of the parameter is part of the path
    body: SecretRotationIn | None = None,
) -> NewSubscriptionOut:
    """The new secret is in this answer and nowhere else. For a day, or as long as you say, there are two signatures.

    What was before the last secret signs no more. What goes to a mailbox is not signed, and has none (409).
    """
    overlap = OVERLAP if body is None else timedelta(hours=body.overlap_hours)
    made = await write(lambda tx: subscriptions.rotate_secret(tx, id, overlap, rules.sealer))
    return NewSubscriptionOut.made(*made)


@router.post("/subscriptions/{id}/test", summary="Send a test event", status_code=202, responses=problems(401, 404))
async def test_subscription(write: Write, id: SubscriptionInPath) -> TestOut:  # noqa: A002  the name of the parameter is part of the path
    """An event of type `commissioning.subscription.tested.v1`, once, also where it is paused; the log has what came."""
    return TestOut(event_id=await write(lambda tx: running.request_test(tx, id)))


@router.post("/subscriptions/{id}/pause", summary="Pause a subscription", responses=problems(401, 404))
async def pause_subscription(write: Write, id: SubscriptionInPath) -> SubscriptionOut:  # noqa: A002  the name of the parameter is part of the path
    """Nothing is sent until it is resumed, and nothing missed that the feed still has then."""
    return SubscriptionOut.of(await write(lambda tx: running.pause_subscription(tx, id)))


@router.post("/subscriptions/{id}/resume", summary="Resume a subscription", responses=problems(401, 404))
async def resume_subscription(write: Write, id: SubscriptionInPath) -> SubscriptionOut:  # noqa: A002  the name of the parameter is part of the path
    """It goes on where it stopped, and what waits is tried at once, as if for the first time."""
    return SubscriptionOut.of(await write(lambda tx: running.resume_subscription(tx, id)))


@router.post(
    "/subscriptions/{id}/replay",
    summary="Deliver from a position again",
    responses=problems(401, 404, 410, 413, 415, 422),
)
async def replay_subscription(write: Write, id: SubscriptionInPath, body: ReplayIn) -> SubscriptionOut:  # noqa: A002  the name of the parameter is part of the path
    """Everything after that position comes again, with the ids that it had."""
    found = await write(lambda tx: running.replay(tx, id, body.after_position))
    return SubscriptionOut.of(found)


@router.post("/subscriptions/{id}/resync", summary="Deliver present state", responses=problems(401, 404))
async def resync_subscription(write: Write, id: SubscriptionInPath) -> SubscriptionOut:  # noqa: A002  the name of the parameter is part of the path
    """The newest event of every aggregate comes, then what follows. What waited is part of that, dead letters too."""
    return SubscriptionOut.of(await write(lambda tx: running.resync(tx, id)))


@router.get("/subscription-owners", summary="Whose subscriptions there are", responses=problems(401))
async def list_subscription_owners(read: Read) -> OwnersOut:
    """Owners of subscriptions that are not disabled."""
    return OwnersOut(owners=list(await read(running.list_owners)))


@router.post(
    "/subscription-owners/{name}/end", summary="Disable a caller's subscriptions", responses=problems(401, 422)
)
async def end_subscriptions(
    write: Write,
    name: Annotated[str, Path(max_length=100, description="A key or the subject of tokens", examples=["platform"])],
) -> EndedOut:
    """Those of one who has left. For a key that is revoked, or has run out, the suite does so by itself."""
    return EndedOut(ended=await write(lambda tx: running.end_of_owner(tx, name)))
