"""The published seizures are well-formed, what is not is named, and nothing that learns can read them."""

from pathlib import Path

import pytest

from riskscore.cases import library
from riskscore.errors import ReferenceDataError, SettingsError

PACKAGE = Path(library.__file__).parents[1]

GOOD = {
    "year": 2015,
    "commodity": ["ivory"],
    "quantity_kg": 900,
    "declared": "beans",
    "kind": "beans_seeds",
    "origin": "KE",
    "seized_at": "VNHPH",
    "stage": "import",
    "transport": "sea container",
    "indicators": [20, 38],
    "summary": "Tusks lay among beans.",
    "source": ["a newspaper"],
}


@pytest.mark.parametrize("case", library.load(), ids=lambda case: case.id)
def test_every_entry_says_what_where_and_from_whom(case):
    assert case.id.startswith(str(case.year))
    assert case.origin or case.region or case.hubs or case.seized_at
    assert case.indicators == tuple(sorted(set(case.indicators)))
    assert (20 in case.indicators) == bool(case.kind)
    assert all(text.strip() == text and text for text in (*case.source, case.summary))
    assert len(case.summary) < 250


def test_the_library_is_broad_and_newest_first():
    cases = library.load()
    assert len(cases) >= 75
    assert len({case.id for case in cases}) == len(cases)
    assert len({case.kind for case in cases}) >= 12
    assert [case.year for case in cases] == sorted((case.year for case in cases), reverse=True)


def test_the_founding_cases_are_in_it():
    haiphong, singapore = map(library.find, ("2019-haiphong-pangolin-resin", "2019-singapore-pangolin-timber"))
    assert (haiphong.quantity_kg, haiphong.origin, haiphong.target) == (8250, "NG", "CN")
    assert (singapore.quantity_kg, singapore.hubs, singapore.target) == (11_900 + 8_800, ("SG",), "VN")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"year": "2015"}, "year = '2015'"),
        ({"year": 1800}, "year = 1800"),
        ({"commodity": ["dragons"]}, "contraband.csv"),
        ({"quantity_kg": -1}, "not above 0"),
        ({"kind": "moonstone"}, "cover_goods.csv"),
        ({"declared": ""}, "empty, though there is a kind"),
        ({"origin": "Kenya"}, "no ISO 3166 country"),
        ({"seized_at": "XXXXX"}, "no known port"),
        ({"via": ["nowhere"]}, "not all known ports"),
        ({"stage": "somewhere"}, "none of export"),
        ({"indicators": [999]}, "flags.toml"),
        ({"summary": " "}, "summary = ' ', empty"),
        ({"source": []}, "empty"),
        ({"colour": "red"}, "unknown field colour"),
        ({"year": None}, "year = None"),
    ],
)
def test_a_malformed_entry_is_named_with_what_is_wrong(change, told):
    with pytest.raises(ReferenceDataError, match="2015-made-up") as refused:
        library.case("2015-made-up", GOOD | change)
    assert told in str(refused.value)


def test_a_missing_field_is_named():
    with pytest.raises(ReferenceDataError, match=r"lacks a field .*'source'"):
        library.case("2015-made-up", {name: value for name, value in GOOD.items() if name != "source"})


def test_an_unknown_id_is_said_to_be_none():
    with pytest.raises(SettingsError, match="riskscore cases list"):
        library.find("1999-atlantis")


def test_only_the_library_names_its_file():
    named = {path for path in PACKAGE.rglob("*.py") if library.FILE in path.read_text("utf-8")}
    assert {path.parent.name for path in named} == {"cases"}
