"""The OpenID provider of tests, in a process of its own, and a way through its pages without a browser."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Final
from urllib.parse import urljoin

import httpx
import pytest

from suite.engines.process import free_port

FOLDER: Final = Path(__file__).parents[2] / "build" / "oidc"
AUDIENCE: Final = "https://suite.example"
SECRET: Final = "of/the pages"
_MOST_STEPS: Final = 15


@contextmanager
def provider(pages: str = "http://127.0.0.1") -> Iterator[str]:
    """The issuer that a provider is, for pages at this address."""
    if not (FOLDER / "node_modules").exists():
        missing = "No OpenID provider here: make build/oidc/node_modules, which needs Node.js"
        if os.environ.get("REQUIRE_ENGINES"):
            pytest.fail(missing)
        pytest.skip(missing)
    port = free_port()
    command = ["node", "server.mjs", str(port), pages]
    with subprocess.Popen(command, cwd=FOLDER, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
        assert child.stdout is not None
        while child.stdout.readline().strip() != "ready":
            assert child.poll() is None, "it ended at once"
        yield f"http://127.0.0.1:{port}"
        child.terminate()


async def walk(browser: httpx.AsyncClient, url: str, issuer: str, **fields: str) -> str:
    """Go through the provider's own pages from ``url``, filling in forms; the address to which it sends back."""
    answer = await browser.get(url)
    for _ in range(_MOST_STEPS):
        if answer.is_redirect:
            url = urljoin(str(answer.url), answer.headers["location"])
            if not url.startswith(issuer):
                return url
            answer = await browser.get(url)
            continue
        assert answer.is_success, answer.text
        action = re.search(r'<form[^>]* action="([^"]+)"', answer.text)
        assert action, answer.text
        hidden = dict(re.findall(r'name="(\w+)" value="([^"]*)"', answer.text))
        answer = await browser.post(urljoin(str(answer.url), unescape(action[1])), data=hidden | fields)
    raise AssertionError("it never sends back")
