"""Which branches of rules the unit tests beside them never take, and what is left out without a reason."""

from tests.branches import covered, unexplained


def of_file(lines: list[int], branches: list[list[int]]) -> dict[str, object]:
    summary = {
        "num_statements": 10,
        "num_branches": 4,
        "covered_lines": 10 - len(lines),
        "covered_branches": 4 - len(branches),
    }
    return {"summary": summary, "missing_lines": lines, "missing_branches": branches}


def test_a_rule_that_is_not_run_is_a_fault_and_the_rest_is_told() -> None:
    files = {
        "services/risks/domain/a.py": of_file([3, 5], [[1, 2]]),
        "services/risks/domain/deep/b.py": of_file([], []),
        "services/risks/app.py": of_file([1, 2, 3], [[4, -1]]),
    }
    rules, rest = covered("services/risks", {"files": files})
    assert (rules.name, rules.statements, rules.branches, rules.share) == (
        "services/risks/domain",
        20,
        8,
        100 * 25 / 28,
    )
    path = "services/risks/domain/a.py"
    assert rules.faults == [f"{path}: never run: 3, 5", f"{path}: never taken: 1 to 2"]
    assert (rest.name, rest.share, rest.faults) == ("services/risks, the rest", 100 * 10 / 14, [])


def test_what_is_left_out_says_why() -> None:
    text = "a = 1  # pragma: no cover\nb = 2  # pragma: no branch  always true\nc = 3  # pragma:no branch  \n"
    assert unexplained("a.py", text) == [f"a.py:{line}: is left out, and does not say why" for line in (1, 3)]
