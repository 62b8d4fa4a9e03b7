"""Which scope an operation asks for: by its method, for what it does is not seen from outside."""

from fastapi import APIRouter
from sqlalchemy import MetaData

from chassis.service import ServiceSpec
from chassis.web.operations import operations_of, with_scopes
from chassis.web.service_routes import service_routes
from chassis.web.units import Write, writing

router = APIRouter()


@router.get("/things")
async def list_things() -> None: ...


@router.post("/things")
async def make_thing(write: Write) -> None: ...


@router.post("/things/{name}/send")
async def have_others_do_it(name: str) -> None: ...


@router.post("/calculators/sum")
async def add_up() -> None: ...


def test_what_is_not_read_by_its_method_asks_for_write_unless_it_is_named() -> None:
    spec = ServiceSpec("risks", "Risks", "", MetaData(), "tests", (router,), scopes={"add_up": "risks:read"})
    found = {
        each.id: each.scopes for each in with_scopes(operations_of(service_routes("risks", (router,)), writing), spec)
    }
    assert found == {
        "list_things": ("risks:read",),
        "make_thing": ("risks:write",),
        "have_others_do_it": ("risks:write",),
        "add_up": ("risks:read",),
    }
