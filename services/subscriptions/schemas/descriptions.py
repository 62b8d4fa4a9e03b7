"""What each field and parameter of the bodies means, in the words of the document.

By ``Body.field`` where a name means something of its own there, else by ``field``; ``query.name`` and ``path.name`` for
parameters that are not described where they are declared.
"""

from collections.abc import Mapping
from typing import Final

DESCRIPTIONS: Final[Mapping[str, str]] = {}
