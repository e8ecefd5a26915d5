"""Queries in plain language, and their hits in the library and among inspected consignments."""

import pytest

from riskscore.cases import sources
from riskscore.cases.query import understand
from riskscore.cases.search import rows, search


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("plastic from West Africa", ["goods: resin or plastic waste", "from: West Africa"]),
        (
            "timber Kinshasa Kampala",
            ["goods: timber", "anywhere on the route: Kinshasa (CD)", "anywhere on the route: Kampala (UG)"],
        ),
        ("pangolin scales via Singapore before 2016", ["found: pangolin", "via: Singapore", "years: up to 2015"]),
        ("seashells Malaysia 2010-2013", ["goods: shells", "anywhere on the route: Malaysia", "years: 2010 to 2013"]),
        ("tusks since 2014", ["found: ivory", "years: 2014 or later"]),
        ("Gỗ to Hải Phòng in 2016", ["goods: timber", "to: Haiphong (VNHPH)", "year: 2016"]),
        ("Côte d'Ivoire to VNHPH", ["anywhere on the route: Côte d'Ivoire", "to: Haiphong (VNHPH)"]),
        ("tea grommets", ["goods: tea coffee", "not understood: grommets"]),
        ("'; drop table {x} <b>", ["not understood: drop, table, x, b"]),
        ("", []),
    ],
)  # fmt: skip
def test_a_query_is_shown_as_it_was_understood(text, lines):
    assert understand(text).lines() == lines


def test_a_query_of_any_length_is_read_in_bounded_time():
    assert understand("from " * 100_000).empty


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("plastic from West Africa to Haiphong", "2019-haiphong-pangolin-resin"),
        ("timber Kinshasa Vietnam ivory", "2019-singapore-pangolin-timber"),
        ("cocaine bananas Antwerp", "2012-antwerp-cocaine-fruit"),
        ("sisal via Manila 2006", "2006-kaohsiung-ivory-fibre"),
    ],
)
def test_the_intended_case_comes_first(text, first):
    hit = search(understand(text))[0]
    assert (hit.id, hit.fit, hit.misses) == (first, 1.0, ())


def test_parts_that_do_not_fit_are_listed():
    for hit in search(understand("plastic from Ghana to Haiphong"), top=20):
        assert hit.fits
        assert len(hit.fits) + len(hit.misses) == 3
        assert (hit.fit == 1.0) <= (not hit.misses)


@pytest.mark.slow
def test_inspected_consignments_are_found_with_their_findings(world):
    inspected = rows(world.outcomes, sources.of_files([world.folder / "manifests"]))
    seized = inspected.filter(finding="seizure").drop_nulls(["commodity", "origin", "destination"]).row(0, named=True)
    commodity = seized["commodity"].replace(",", " ")
    text = f"{commodity} from {seized['port_of_loading']} to {seized['port_of_discharge']} 2024"
    hits = search(understand(text), inspected, top=50)
    assert hits[0].source == "inspected"
    assert hits[0].fit == 1.0
    assert f"{seized['bill_of_lading']} {seized['container_number']}" in [hit.id for hit in hits]
    assert {hit.source for hit in search(understand("found in 2024"), inspected, top=10_000)} == {"inspected"}
