"""`riskscore rehearse`: policies compared in a closed loop."""

import json

import polars as pl
import pytest

TINY = [
    "rehearse", "--weeks", "2", "--warm-up", "2", "--per-day", "50", "--capacity", "4", "--smuggling-rate", "0.08",
    "--seed", "2",
]  # fmt: skip


@pytest.mark.slow
def test_policies_are_compared_in_a_table_and_a_chart(riskscore, tmp_path):
    done = riskscore(*TINY, "--repeats", "1", "--out", tmp_path / "chart.svg")
    assert done.code == 0, done.err
    printed = " ".join(done.out.split())
    assert all(text in printed for text in ("mixed - score", "before", "Smugglers change their ways in week 2 of 2"))
    assert max(map(len, done.out.splitlines())) <= 100
    assert "smugglers change routes and covers" in (tmp_path / "chart.svg").read_text("utf-8")


@pytest.mark.slow
def test_json_and_csv_have_every_week_of_every_world(riskscore, tmp_path):
    command = [*TINY, "--policy", "mixed", "--mix", "0.5", "0.25", "0.25", "--half-life", "4", "--by-inclusion"]
    record = json.loads(riskscore(*command, "--repeats", "2", "--out", tmp_path / "weeks.csv", "--json").out)
    assert record["script"]["change"] == 2
    shares = {"score": 0.5, "explore": 0.25, "random": 0.25, "intelligence": 0.0}
    assert record["policies"]["mixed"] == shares
    assert record["policies"]["learning"] == {"half_life": 4.0, "by_inclusion": True, "trees": 120}
    assert [(week["seed"], week["week"]) for week in record["weeks"]] == [(2, 1), (2, 2), (3, 1), (3, 2)]
    assert record["differences"] == []
    assert pl.read_csv(tmp_path / "weeks.csv")["seizures"].to_list() == [week["seizures"] for week in record["weeks"]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--out", "chart.pdf"], "chart.pdf"),
        (["--out", "absent/chart.svg"], "absent"),
        (["--out", "absent/weeks.csv"], "absent"),
        (["--mix", "0.9", "0.9", "0.9"], "add up to 1"),
        (["--capacity", "51"], "capacity"),
        (["--half-life", "0"], "half-life"),
        (["--policy", "greedy"], "greedy"),
        (["--weeks", "1"], "weeks"),
    ],
)
def test_wrong_arguments_are_refused_before_anything_is_simulated(riskscore, arguments, message):
    done = riskscore(*TINY, *arguments)
    assert done.code == 2
    assert message in done.err
    assert len(done.err.splitlines()) == 1
