"""What every operation of every service keeps to, whoever wrote it.

Between the outermost layer and the routes: methods, strict queries and bodies, entity tags, conditional writes,
idempotency keys and ``Location``. Nothing of it is asked of an endpoint.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from urllib.parse import quote

from starlette.types import ASGIApp, Receive, Scope, Send

from chassis import telemetry
from chassis.crash_points import crash_point
from chassis.errors import MethodNotAllowed, NotFound, Problem
from chassis.identity import require_scope
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from chassis.web import idempotency, preconditions, strictness
from chassis.web.answers import Answer, reading, replayed, take
from chassis.web.identity import caller_of
from chassis.web.middleware import header
from chassis.web.operation_call import CALL, Call
from chassis.web.operations import Operation, Operations
from chassis.web.uploads import Upload, receive_upload
from contracts.large_bodies import large_body

_OK, _CREATED, _REFUSED = 200, 201, 400
_SAFE = "/%~:@!$&'()*+,;="
"""What stays as it is in a path."""


class Refusal(Exception):  # noqa: N818  named for what it is
    """An answer that says no: it undoes the transaction that it was made in."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class ContractMiddleware:
    """Holds callers and operations to the contract.

    Args:
        operations: of the app; filled once its routes are known.
        require_if_match: whether a PUT, PATCH or DELETE without a condition is refused.
    """

    def __init__(self, app: ASGIApp, *, database: Database, operations: Operations, require_if_match: bool) -> None:
        self.app = app
        self.database = database
        self.operations = operations
        self.require_if_match = require_if_match
        self._under_way: set[tuple[str, str]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self.operations.at(scope["path"]) if scope["type"] == "http" else {}
        if scope["type"] == "http":
            strictness.require_readable_address(scope)
        if not found:
            await self.app(scope, receive, send)
            return
        telemetry.say(route=next(iter(found.values())).path)
        if scope["method"] == "OPTIONS":
            await Answer(204, [(b"allow", allowed(found).encode())]).send(send)
        elif scope["method"] in found:
            await self._answer_as_declared(found[scope["method"]], scope, receive, send)
        else:
            raise MethodNotAllowed(allowed(found))

    async def _answer_as_declared(self, operation: Operation, scope: Scope, receive: Receive, send: Send) -> None:
        """Say of an operation that callers are to leave that it is so, also where its answer is a problem."""
        if operation.deprecation is None:
            await self._answer(operation, scope, receive, send)
            return
        try:
            await self._answer(operation, scope, receive, operation.deprecation.saying(send))
        except Problem as problem:
            problem.answer_headers |= operation.deprecation.headers()
            raise

    async def _answer(self, operation: Operation, scope: Scope, receive: Receive, send: Send) -> None:
        require_scope(caller_of(scope), *operation.scopes)
        strictness.require_plain_body(scope)
        strictness.require_known_parameters(operation, scope)
        preconditions.require_readable(scope)
        upload = await receive_upload(receive) if _takes_file(scope) else None
        try:
            await self._answer_to(operation, upload, scope, receive, send)
        finally:
            if upload is not None:
                upload.close()

    async def _answer_to(
        self, operation: Operation, upload: Upload | None, scope: Scope, receive: Receive, send: Send
    ) -> None:
        body = await _read(receive) if upload is None and header(scope, b"content-type") else b""
        if body:
            strictness.require_single_keys(body)
        if self.require_if_match and operation.method in preconditions.GUARDED:
            preconditions.require_condition(scope)
        call = Call(operation, caller_of(scope), body, _path_parameters(operation, scope["path"]), upload)
        answer = await self._answer_call(call, scope, receive, send)
        if operation.writes:
            crash_point("answer.after_commit")
        if answer is not None:
            await self._finished(operation, scope, answer).send(send)

    async def _answer_call(self, call: Call, scope: Scope, receive: Receive, send: Send) -> Answer | None:
        if call.operation.method in preconditions.GUARDED and preconditions.is_conditional(scope):
            return await self._answer_if_unchanged(call, scope)
        keyed = call.operation.method == "POST" and call.operation.writes
        sent = call.upload.digest if call.upload else call.body
        request = idempotency.keyed_request(scope, call.caller.name, sent) if keyed else None
        if request is not None and call.operation.secretive:
            raise idempotency.KeyNotTaken("Its answer holds a secret, which is not kept to be answered again.")
        if request is not None:
            return await self._answer_once(request, call, scope)
        return await take(self.app, {**scope, CALL: call}, replayed(call.body, receive), send)

    async def _answer_if_unchanged(self, call: Call, scope: Scope) -> Answer:
        """Look at what is there and write in one transaction, which fails where another gets in between."""

        async def work(tx: Tx) -> Answer:
            preconditions.require_match(scope, await self._current(call, scope, tx))
            return await self._accepted(call, scope, tx)

        return await self._in_one_transaction(work, call, repeatable_read=True)

    async def _answer_once(self, request: idempotency.KeyedRequest, call: Call, scope: Scope) -> Answer:
        """Answer as before, or for the first time, with the answer saved beside the effect."""
        name = request.caller, request.key
        if name in self._under_way:
            raise idempotency.KeyInUse("Wait for its answer, then send it again.")

        async def work(tx: Tx) -> Answer:
            await idempotency.lock_key(tx, request)
            before = await idempotency.get_answer(tx, request)
            if before is not None:
                return before
            answer = self._finished(call.operation, scope, await self._accepted(call, scope, tx))
            await idempotency.save_answer(tx, request, answer)
            return answer

        self._under_way.add(name)
        try:
            return await self._in_one_transaction(work, call, repeatable_read=False)
        finally:
            self._under_way.discard(name)

    async def _in_one_transaction(
        self, work: Callable[[Tx], Awaitable[Answer]], call: Call, *, repeatable_read: bool
    ) -> Answer:
        try:
            return await self.database.write(work, actor=call.caller, on_loop=True, repeatable_read=repeatable_read)
        except Refusal as refusal:
            return refusal.answer

    async def _current(self, call: Call, scope: Scope, tx: Tx) -> Answer | None:
        """What the path reads as in this transaction; None where it cannot be read at all."""
        found = self.operations.at(scope["path"]).get("GET")
        if found is None:
            return None
        looking = Call(found, call.caller, path_parameters=call.path_parameters, tx=tx)
        return await take(self.app, reading(scope, {CALL: looking}), replayed(b""))

    async def _accepted(self, call: Call, scope: Scope, tx: Tx) -> Answer:
        """The answer to a call that runs in ``tx``.

        Raises:
            Refusal: the answer says no.
        """
        within = replace(call, tx=tx)
        answer = await take(self.app, {**scope, CALL: within}, replayed(call.body))
        if answer is None:
            raise NotFound
        if answer.status >= _REFUSED:
            raise Refusal(answer)
        return answer

    def _finished(self, operation: Operation, scope: Scope, answer: Answer) -> Answer:
        """The answer with its tag and its location, or that nothing has changed."""
        if operation.method == "GET" and answer.status == _OK:
            preconditions.add_tag(answer)
            return preconditions.unchanged(scope, answer) or answer
        if answer.status == _CREATED and answer.header(b"location") is None:
            answer.set_header(b"location", self._location(operation, scope, answer).encode())
        if operation.method in preconditions.GUARDED and answer.status == _OK and self._reads_alike(operation, scope):
            answer.set_header(b"etag", preconditions.tag_of(answer))
        return answer

    def _reads_alike(self, operation: Operation, scope: Scope) -> bool:
        """Whether the answer to this write is what the path reads as from now on."""
        found = self.operations.at(scope["path"]).get("GET")
        return found is not None and found.representation is operation.representation

    def _location(self, operation: Operation, scope: Scope, answer: Answer) -> str:
        """Where what was created is read: the item that its own code names, else the path itself, or what it is of."""
        path: str = scope["path"]
        if "GET" not in self.operations.at(path):
            return quote(path.rsplit("/", 1)[0], safe=_SAFE)
        item = self.operations.item_of(operation.path) if operation.method == "POST" else None
        name = item.path.rsplit("{", 1)[1].rstrip("}") if item else ""
        value = _member(answer.body, name) if name else None
        return quote(path if value is None else f"{path}/{value}", safe=_SAFE)


def allowed(found: Mapping[str, Operation]) -> str:
    """The methods of a path, for ``Allow``."""
    heads = {"HEAD"} if "GET" in found else set()
    return ", ".join(sorted({*found, *heads, "OPTIONS"}))


def _path_parameters(operation: Operation, path: str) -> dict[str, str]:
    found = operation.pattern.match(path)
    return found.groupdict() if found else {}


def _member(body: bytes, name: str) -> str | None:
    try:
        value = json.loads(body).get(name)
    except (ValueError, AttributeError):
        return None
    return str(value) if isinstance(value, str | int) else None


def _takes_file(scope: Scope) -> bool:
    large = large_body(scope["method"], scope["path"])
    return large is not None and bool(large.types)


async def _read(receive: Receive) -> bytes:
    """The whole body; its size is bounded further out."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)
