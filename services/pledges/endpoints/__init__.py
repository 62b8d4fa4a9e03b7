"""Pledges, their returns, priorities and actions over HTTP: parse, call one use case, render."""

from fastapi import APIRouter

from services.pledges.endpoints import (
    actions,
    board_decisions,
    delegations,
    dependencies,
    governance,
    pledges,
    priorities,
    returns,
    sets,
    sign_offs,
)

router = APIRouter(prefix="/pledges/v1")
for each in (
    sets,
    pledges,
    sign_offs,
    returns,
    delegations,
    priorities,
    actions,
    dependencies,
    governance,
    board_decisions,
):
    router.include_router(each.router)
