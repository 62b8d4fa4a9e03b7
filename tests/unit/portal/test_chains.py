from portal.pages.chains import Waiting, chains


def action(code: str, *waits_for: str, outside: str | None = None) -> dict:
    blockers = [{"kind": "action", "code": each} for each in waits_for]
    blockers += [{"kind": "dependency", "code": outside}] if outside else []
    return {"code": code, "title": code, "blocked_by": blockers}


def told(found: list[Waiting]) -> list:
    return [(one.code, one.again, told(one.waits_for)) for one in found]


def test_a_chain_goes_from_what_waits_longest_to_where_it_begins() -> None:
    found = chains([action("b", "a"), action("c", "b"), action("d", outside="trust")])
    assert told(found) == [
        ("c", False, [("b", False, [("a", False, [])])]),
        ("d", False, [("trust", False, [])]),
    ]
    assert (found[1].waits_for[0].is_action, found[0].waits_for[0].waits_for[0].about) == (False, None)


def test_what_is_part_of_two_chains_is_told_once() -> None:
    found = chains([action("b", "a"), action("c", "b"), action("d", "b")])
    assert told(found) == [("c", False, [("b", False, [("a", False, [])])]), ("d", False, [("b", True, [])])]


def test_a_circle_is_told_once_and_ends() -> None:
    assert told(chains([action("a", "b"), action("b", "a")])) == [("a", False, [("b", False, [("a", True, [])])])]


def test_a_long_chain_goes_on_as_a_chain_of_its_own() -> None:
    found = chains([action(f"a{n:02}", f"a{n + 1:02}") for n in range(20)])
    assert [one.code for one in found] == ["a00", "a12"]
    deepest = found[0]
    while deepest.waits_for:
        [deepest] = deepest.waits_for
    assert (deepest.code, deepest.again) == ("a12", False)
