"""Pages over HTTP. A cursor goes with the collection, filters and order it was given out for, and with no other."""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

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
        return PageBody[Out](items=[render(item) for item in page.items], next=following)


def _paging(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=200, description="Most items to return")] = 50,
    cursor: Annotated[str | None, Query(max_length=600, description="`next` of the page before")] = None,
) -> CollectionPaging:
    collection = _collection(request)
    after = None if cursor is None else _decode(cursor, collection)
    return CollectionPaging(PageRequest(limit, after), collection)


Paging = Annotated[CollectionPaging, Depends(_paging)]


def _collection(request: Request) -> str:
    filters = sorted((k, v) for k, v in request.query_params.multi_items() if k not in {"limit", "cursor"})
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
