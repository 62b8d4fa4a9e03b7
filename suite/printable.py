"""What anybody can put into an event, shown on a terminal."""


def printable(text: str) -> str:
    """Text as a terminal may show it: what anybody can put into an event must not move its cursor."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
