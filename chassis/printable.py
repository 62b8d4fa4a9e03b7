"""Text of anybody's, shown on a terminal or in a log."""


def printable(text: str) -> str:
    """Text as a terminal may show it: what anybody can put into an event must not move its cursor."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
