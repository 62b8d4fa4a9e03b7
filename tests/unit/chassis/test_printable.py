"""What anybody can put into an event does not reach an operator's terminal as it is."""

import pytest

from chassis.printable import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text, £ and Grüße", "plain text, £ and Grüße"),
        ("\x1b[2Jgone", "\\x1b[2Jgone"),
        ("a\rb\nc\x00", "a\\rb\\nc\\x00"),
        ("left\u202eright", "left\\u202eright"),
    ],
)
def test_control_characters_are_shown_not_obeyed(text, shown):
    assert printable(text) == shown
