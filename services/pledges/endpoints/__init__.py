"""Pledges, their returns, priorities and actions over HTTP: parse, call one use case, render."""

from fastapi import APIRouter

from services.pledges.endpoints import actions, pledges, priorities, returns, sets, sign_offs

router = APIRouter(prefix="/pledges/v1")
for each in (sets, pledges, sign_offs, returns, priorities, actions):
    router.include_router(each.router)
