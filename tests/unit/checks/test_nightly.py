"""The page of a night's work: what ran says what it found, what did not goes on saying what it found before."""

from pathlib import Path

from tests.nightly import Outcome, figures, page, read_last, write_last

SOAK = Outcome(
    does="600 s of updates",
    status=0,
    minutes=10.4,
    figures=["6,716 updates acknowledged", "Nothing differs"],
    at="2026-11-28 02:00",
    commit="49b07e4",
    shortened=["SOAK 600 of 1200"],
)
FAULTS = Outcome("Every fault test", 2, 61.0, ["1 failed"], "2026-11-29 12:00", "abcdef1")


def test_what_did_not_run_keeps_its_figures_and_its_day(tmp_path: Path) -> None:
    write_last(tmp_path / "nightly.json", {"soak": SOAK})
    write_last(tmp_path / "nightly.json", read_last(tmp_path / "nightly.json") | {"faults": FAULTS})
    written = page(read_last(tmp_path / "nightly.json"), ["faults", "soak", "fuzz"], {"Python": "3.11"})
    assert (
        "| soak | 600 s of updates | passed, shortened: SOAK 600 of 1200 | 10.4 | 2026-11-28 02:00 | 49b07e4 |"
        in written
    )
    assert "| faults | Every fault test | **failed** (2) | 61.0 | 2026-11-29 12:00 | abcdef1 |" in written
    assert "| fuzz | | not run yet | | | |" in written
    assert "## soak\n\n```\n6,716 updates acknowledged\nNothing differs\n```" in written
    assert "## fuzz" not in written


def test_nothing_ran_yet(tmp_path: Path) -> None:
    assert read_last(tmp_path / "nightly.json") == {}


def test_figures_are_the_end_of_an_output_from_where_they_begin(tmp_path: Path) -> None:
    log = tmp_path / "soak.log"
    log.write_text("\n".join([*(f"line {number}" for number in range(50)), "Soak", "\x1b[1m7\x1b[0m updates"]))
    assert figures(log, r"Soak$") == ["Soak", "7 updates"]
    assert figures(log, r"$^")[0] == "line 27"
    assert len(figures(log, r"$^")) == 25
