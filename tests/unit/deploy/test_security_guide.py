"""docs/security.md: every threat names the tests that hold it, and each of them is there."""

import re

import pytest

from tests.unit.deploy.conftest import REPOSITORY

TESTS = REPOSITORY / "tests"
GUIDE = (REPOSITORY / "docs" / "security.md").read_text()
ROWS = re.findall(r"^\| (.+) \| (.+) \| (.+) \|$", GUIDE.partition("## Threats")[2], re.MULTILINE)[1:]
CITED = re.compile(r"`([\w/]+\.py)`(?:: ((?:`\w+`(?:, )?)+))?")


def test_the_threats_are_found() -> None:
    assert len(ROWS) > 20


@pytest.mark.parametrize(("threat", "tests"), [(threat, tests) for threat, _, tests in ROWS])
def test_every_threat_has_tests_that_exist(threat: str, tests: str) -> None:
    cited = CITED.findall(tests)
    assert cited, threat
    assert CITED.sub("", tests).strip("; ") == "", "nothing else stands there"
    for file, names in cited:
        source = (TESTS / file).read_text()
        for name in re.findall(r"\w+", names):
            assert re.search(rf"^(async )?def {name}\(", source, re.MULTILINE), f"{name} is not in {file}"


def test_no_document_puts_a_key_on_a_command_line() -> None:
    """Whoever is on the machine reads the words of a command; `SUITE_KEY` is read by its own user alone."""
    documents = [REPOSITORY / "README.md", *(REPOSITORY / "docs").rglob("*.md")]
    found = [path.name for path in documents if re.search(r"suite [^`\n]*--key\b", path.read_text())]
    assert found == []
