"""What is answered without a key, where a deployment says so, and as whom."""

from typing import Final

ANYBODY: Final = "(anybody)"
"""The name of a caller who has shown no key. No key has it: their names begin with a letter or a digit."""
PUBLISHED_PROMISES: Final = "/pledges/v1/published-promises"
"""The one path of a service that anybody may read, if ``GATEWAY_PUBLIC_PROMISES`` is set."""
