"""A service's routes, taken into its app one by one.

``include_router`` works every route out anew for each router that it stands in, and looks for it twice in each request.
Here a route keeps what was worked out where it was declared; only its path gets the prefix.
"""

import copy
from collections.abc import Iterable, Iterator

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, compile_path


def service_routes(service: str, routers: Iterable[APIRouter]) -> Iterator[BaseRoute]:
    """The routes of ``routers``, declared without ``/<service>/v1``, below it.

    Their operation ids begin with the service's name; it is their tag too where they have none.

    Raises:
        TypeError: something that is no route of an API, such as a router within a router.
    """
    for router in routers:
        for route in router.routes:
            if not isinstance(route, APIRoute):
                raise TypeError(f"{route} of {service} is no route of an API.")
            yield _under(service, route)


def _under(service: str, route: APIRoute) -> APIRoute:
    found = copy.copy(route)
    found.path = f"/{service}/v1{route.path}"
    found.path_regex, found.path_format, found.param_convertors = compile_path(found.path)
    found.tags = route.tags or [service]
    found.operation_id = found.unique_id = operation_id(service, route)
    return found


def operation_id(service: str, route: APIRoute) -> str:
    return f"{service}_{route.name}"
