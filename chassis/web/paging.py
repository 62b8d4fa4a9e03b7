"""Pages over HTTP. A cursor goes with the collection, filters and order it was given out for, and with no other."""

import base64
import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Any, Final, Generic, TypeVar

from fastapi import Depends, Query, Request
from pydantic import BaseModel, Field

from chassis.errors import BadRequest, FieldError
from chassis.paging import Page, PageRequest
from chassis.web.bodies import is_storable

Item = TypeVar("Item")
Out = TypeVar("Out")


class PageBody(BaseModel, Generic[Out]):
    """Part of a collection; ``next`` is the cursor of what follows, null at the end."""

    items: list[Out] = Field(description="In the order of the collection")
    next: str | None = Field(default=None, description="The cursor of what follows, null at the end")
    total: int | None = Field(default=None, description="How many there are on all pages; null where nobody asked")

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        return f"{getattr(params[0], '__name__', 'Item')}Page"


@dataclass(frozen=True, slots=True)
class CollectionPaging:
    """The page a caller asks for, of the collection at hand."""

    request: PageRequest
    collection: str
    """What the cursor is bound to: the path, and the query without its paging."""

    def body(self, page: Page[Item], render: Callable[[Item], Out]) -> PageBody[Out]:
        """The page as its body, each item rendered."""
        following = None if page.more_after is None else _encode(page.more_after, self.collection)
        return PageBody[Out](items=[render(item) for item in page.items], next=following, total=page.total)


Limit = Annotated[int, Query(ge=1, le=200, description="Most items to return")]
Cursor = Annotated[str | None, Query(max_length=600, description="`next` of the page before")]
_OWN: Final = frozenset({"limit", "cursor", "total"})
"""Parameters that say nothing of which items there are, and in which order."""


async def _paging(request: Request, limit: Limit = 50, cursor: Cursor = None) -> CollectionPaging:
    collection = _collection(request)
    after = None if cursor is None else _decode(cursor, collection)
    return CollectionPaging(PageRequest(limit, after), collection)


Paging = Annotated[CollectionPaging, Depends(_paging)]


def sortable(orders: type[StrEnum]) -> Callable[..., Awaitable[CollectionPaging]]:
    """The paging of a collection that can be put in several orders, the first its own, either way, and counted."""
    names = [each.value for each in orders]

    async def paging(
        page: Paging,
        sort: Annotated[
            str,
            Query(
                description="What it is ordered by; ties are broken by what names an item",
                pattern=f"^({'|'.join(names)})$",
                json_schema_extra={"enum": names},
            ),
        ] = names[0],
        descending: Annotated[bool, Query(description="Whether the order is turned round")] = False,
        total: Annotated[bool, Query(description="Whether to count what is on all pages, as `total`")] = False,
    ) -> CollectionPaging:
        wanted = replace(page.request, sort=sort, descending=descending, counted=total)
        return replace(page, request=wanted)

    return paging


def _collection(request: Request) -> str:
    filters = sorted((k, v) for k, v in request.query_params.multi_items() if k not in _OWN)
    return json.dumps([request.url.path, filters])


def _encode(after: str, collection: str) -> str:
    content = json.dumps([_seal(after, collection), after])
    return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


def _decode(cursor: str, collection: str) -> str:
    """The sort key in ``cursor``.

    Raises:
        BadRequest: it was not given out for ``collection``.
    """
    try:
        seal, after = json.loads(base64.urlsafe_b64decode(cursor.encode() + b"=="))
    except (ValueError, TypeError):
        seal, after = None, None
    if not isinstance(after, str) or not is_storable(after) or seal != _seal(after, collection):
        expected = "take it from `next` of the page before, and leave filters and order as they were"
        raise BadRequest("This cursor was not given out for this collection.", [FieldError("cursor", expected)])
    return after


def _seal(after: str, collection: str) -> str:
    return hashlib.sha256(f"{collection}\n{after}".encode()).hexdigest()[:32]
