"""An authorisation server that gives tokens to clients by their credentials."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer


class TokenServer(HTTPServer):
    def __init__(self, lives_s: int, make: Callable[[int], str]) -> None:
        super().__init__(("127.0.0.1", 0), TokenHandler)
        self.lives_s = lives_s
        self.make = make
        self.forms: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_port}/token"


class TokenHandler(BaseHTTPRequestHandler):
    server: TokenServer

    def do_POST(self) -> None:
        assert self.headers["Authorization"].startswith("Basic ")
        self.server.forms.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        body = {"access_token": self.server.make(len(self.server.forms)), "expires_in": self.server.lives_s}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None: ...


@contextmanager
def token_server(lives_s: int, make: Callable[[int], str] = "token-{}".format) -> Iterator[TokenServer]:
    """``make``: the token that the nth asker gets."""
    server = TokenServer(lives_s, make)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
