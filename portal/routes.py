"""How a page's endpoint is called: whatever goes wrong is a page too."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute

from chassis import telemetry
from chassis.errors import Problem
from chassis.logging import get_logger
from chassis.storage.outages import is_outage
from portal.errors import Refused, SignInNeeded
from portal.site import page

log = get_logger()

Answer = Callable[[Request], Coroutine[Any, Any, Response]]


class PageRoute(APIRoute):
    """Turns problems into pages, and leads who is not signed in to the form, and back afterwards."""

    def get_route_handler(self) -> Answer:
        answer = super().get_route_handler()

        async def answer_with_page(request: Request) -> Response:
            telemetry.say(route=self.path_format)
            try:
                return await answer(request)
            except Exception as error:  # noqa: BLE001  every error is answered with a page
                return _page_of(request, error)

        return answer_with_page


def _page_of(request: Request, error: Exception) -> Response:
    match error:
        case SignInNeeded():
            return _to_sign_in(request)
        case Refused():
            return problem_page(request, error.status, error.title, error.detail, error.errors)
        case Problem():
            return problem_page(request, error.status, error.title, error.detail)
        case RequestValidationError():
            return problem_page(request, 422, "The address cannot be read", "Part of it is not valid.")
        case _ if is_outage(error):
            return problem_page(request, 503, "The storage cannot be reached", "Try again in a moment.")
        case _:
            log.error("page.crashed", path=request.url.path, exc_info=error)
            return problem_page(request, 500, "Something went wrong here", "It was logged.")


def problem_page(
    request: Request, status: int, title: str, detail: str, errors: Sequence[Mapping[str, str]] = ()
) -> Response:
    """A page that says what is wrong, and with which fields."""
    return page(request, "problem.html", status=status, title=title, detail=detail, errors=errors)


def _to_sign_in(request: Request) -> Response:
    """Back to the page that was asked for, where it can be asked for again."""
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    after = f"?next={quote(asked, safe='')}" if request.method in {"GET", "HEAD"} else ""
    return RedirectResponse(f"/sign-in{after}", status_code=303)
