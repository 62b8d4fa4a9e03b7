"""The suite's own API, as a report asks it: through the gateway, with the rights of whoever drafts."""

from fastapi import FastAPI

from chassis.identity import Caller
from gateway.sessions.way_in import send_as
from portal.api import Api


class SuiteApi:
    """Calls ``app``, which is opened once it is made: reports are part of it themselves."""

    def __init__(self) -> None:
        self._app: FastAPI | None = None

    def open(self, app: FastAPI) -> None:
        self._app = app

    def of(self, caller: Caller) -> Api:
        """The API as ``caller`` may use it.

        Raises:
            RuntimeError: it was not opened.
        """
        if self._app is None:
            raise RuntimeError("The gateway of these reports was never opened.")
        app = self._app
        return Api(lambda request: send_as(app, caller, request))
