"""`riskscore cases`: published cases, and inspections from files or a lake."""

import json
from datetime import date

import pytest

from riskscore.engine.read import read as read_manifest
from riskscore.lake.open import create_lake
from riskscore.manifest.outcomes import read_outcomes


def test_search_prints_how_the_text_was_understood_and_the_best_case(riskscore):
    ran = riskscore("cases", "search", "plastic from West Africa to Haiphong", "--top", 2)
    assert ran.code == 0
    assert "Understood: goods: resin or plastic waste; from: West Africa; to: Haiphong (VNHPH)." in ran.out
    assert "2019-haiphong-pangolin-resin" in ran.out
    record = json.loads(riskscore("cases", "search", "plastic from West Africa to Haiphong", "--json").out)
    assert record["hits"][0]["id"] == "2019-haiphong-pangolin-resin"
    assert record["hits"][0]["fit"] == 1.0


def test_show_and_list_agree(riskscore):
    listed = json.loads(riskscore("cases", "list", "--json").out)
    assert f"{len(listed)} published seizures" in riskscore("cases", "list").out
    shown = json.loads(riskscore("cases", "show", listed[0]["id"], "--json").out)
    assert shown["summary"] == listed[0]["summary"]
    assert set(map(int, shown["flags"])) == set(shown["indicators"])
    printed = riskscore("cases", "show", "2019-haiphong-pangolin-resin").out
    assert all(text in printed for text in ("8,250 kg", "plastic granules", "flag 6", "press reports"))


def test_inspections_in_files_and_in_a_lake_give_the_same_hits(riskscore, past, tmp_path):
    history, outcomes = past
    query = ("cases", "search", "granules from Nigeria 2024", "--json")
    files = json.loads(riskscore(*query, "--history", history, "--outcomes", outcomes).out)["hits"]
    assert (files[0]["source"], files[0]["finding"]) == ("inspected", "seizure")
    lake = create_lake(tmp_path / "lake")
    lake.append("consignments", read_manifest(sorted(history.iterdir())).consignments, night=date(2024, 3, 1))
    lake.append("outcomes", read_outcomes(outcomes), night=date(2024, 3, 1))
    assert json.loads(riskscore(*query, "--lake", tmp_path / "lake").out)["hits"] == files


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["search", "xyzzy"], "'xyzzy' names no goods"),
        (["search", "timber", "--outcomes", "o.csv"], "give both"),
        (["search", "timber", "--lake", "nowhere"], "no lake at"),
        (["search", "timber", "--lake", "l", "--history", "h"], "not both"),
        (["show", "1999-atlantis"], "no published case"),
    ],
)
def test_errors_are_one_line(riskscore, words, expected):
    ran = riskscore("cases", *words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: ")
    assert ran.err.count("\n") == 1
    assert expected in ran.err


@pytest.mark.parametrize("command", ["search", "show", "list"])
def test_help_has_examples(riskscore, command):
    assert f"riskscore cases {command}" in riskscore("cases", command, "--help").out
