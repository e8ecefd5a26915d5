"""Published seizures: valid entries, clear errors for malformed ones, and no access by code that learns."""

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
    "summary": "Tusks were hidden among beans.",
    "source": ["a newspaper"],
}


@pytest.mark.parametrize("case", library.load(), ids=lambda case: case.id)
def test_every_entry_has_place_flags_summary_and_source(case):
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


def test_the_two_cases_of_2019_are_in_the_library():
    haiphong, singapore = map(library.find, ("2019-haiphong-pangolin-resin", "2019-singapore-pangolin-timber"))
    assert (haiphong.quantity_kg, haiphong.origin, haiphong.target) == (8250, "NG", "CN")
    assert (singapore.quantity_kg, singapore.hubs, singapore.target) == (11_900 + 8_800, ("SG",), "VN")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"year": "2015"}, "year = '2015'"),
        ({"year": 1800}, "year = 1800"),
        ({"commodity": ["dragons"]}, "contraband.csv"),
        ({"quantity_kg": -1}, "must be above 0"),
        ({"kind": "moonstone"}, "cover_goods.csv"),
        ({"declared": ""}, "must not be empty if there is a kind"),
        ({"origin": "Kenya"}, "must be an ISO 3166 country"),
        ({"seized_at": "XXXXX"}, "must be a known port"),
        ({"via": ["nowhere"]}, "must be known ports"),
        ({"stage": "somewhere"}, "must be one of export"),
        ({"indicators": [999]}, "flags.toml"),
        ({"summary": " "}, "summary = ' ' must not be empty"),
        ({"source": []}, "must not be empty"),
        ({"colour": "red"}, "unknown field colour"),
        ({"year": None}, "year = None"),
    ],
)
def test_a_malformed_entry_is_named_with_its_fault(change, message):
    with pytest.raises(ReferenceDataError, match="2015-made-up") as refused:
        library.case("2015-made-up", GOOD | change)
    assert message in str(refused.value)


def test_a_missing_field_is_named():
    with pytest.raises(ReferenceDataError, match=r"no value for a required field .*'source'"):
        library.case("2015-made-up", {name: value for name, value in GOOD.items() if name != "source"})


def test_an_unknown_id_gives_an_error_with_the_next_step():
    with pytest.raises(SettingsError, match="riskscore cases list"):
        library.find("1999-atlantis")


def test_only_the_cases_package_mentions_the_library_file():
    modules = {path for path in PACKAGE.rglob("*.py") if library.FILE in path.read_text("utf-8")}
    assert {path.parent.name for path in modules} == {"cases"}
