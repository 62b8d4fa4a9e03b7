# ruff: noqa: INP001  a script that is copied into the image, no package
"""Ask the process of this container for its health: exit 0 if it answers 200, 1 if not.

``healthcheck.py [live|ready]``; standard library only, so that the image needs no curl.
"""

import os
import sys
import urllib.error
import urllib.request


def main(question: str = "live") -> int:
    url = f"http://127.0.0.1:{os.environ.get('SUITE_PORT', '8000')}/health/{question}"
    no_proxy = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with no_proxy.open(url, timeout=4) as answer:
            return 0 if answer.status == 200 else 1  # noqa: PLR2004  the one code that means healthy
    except (OSError, urllib.error.URLError) as error:
        sys.stderr.write(f"{url}: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
