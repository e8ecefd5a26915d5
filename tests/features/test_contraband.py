"""Goods and route together: each kind of contraband has its own ways and covers, and only both together count."""

import polars as pl
import pytest

from riskscore import reference
from riskscore.explanation.sentences import absent_sentence
from riskscore.explanation_quality.claims.contraband import COMMODITIES
from riskscore.explanation_quality.claims.fields import FIELDS
from riskscore.explanation_quality.claims.values import VALUES
from riskscore.explanation_quality.recompute import Checker
from riskscore.features import build, catalogue, ways
from riskscore.features.evidence import evidence
from riskscore.history.past import NOTHING
from riskscore.schema import KEY

from .conftest import changed, consignments, weeks_apart

KINDS = [name for name, feature in catalogue.load().features.items() if feature.family == "contraband"]


def way(origin, loading, destination, discharge, *codes, goods="various goods"):
    """Changes to the honest consignment: another way and other goods."""
    return changed(
        {
            "origin_country": origin, "port_of_loading": loading, "place_of_receipt": loading,
            "destination_country": destination, "port_of_discharge": discharge, "place_of_delivery": discharge,
            "transhipment_ports": [], "goods_description": goods, "hs_codes": list(codes) or "",
        }
    )  # fmt: skip


def measured(*changes):
    """The features of each changed consignment."""
    return build.build(consignments(*changes)).select(KINDS).to_dicts()


def test_every_commodity_has_ways_covers_and_one_feature():
    assert sorted(ways.COMMODITIES) == sorted(name for several in COMMODITIES.values() for name in several)
    assert set(reference.covers_by_kind()["commodity"]) == set(ways.COMMODITIES)
    roles = reference.wildlife().group_by("commodity").agg(pl.col("role").n_unique())
    assert set(roles.filter(pl.col("commodity").is_in(ways.COMMODITIES))["role"]) == {3}
    assert len(KINDS) == len(ways.KINDS) == len(COMMODITIES)


@pytest.mark.parametrize(
    ("feature", "strong", "other_goods", "other_way"),
    [
        ("cocaine", ("CO", "COCTG", "NL", "NLRTM", "080390"), "490199", ("CN", "CNSHA", "NL", "NLRTM", "080390")),
        ("opioid", ("AF", "PKKHI", "GB", "GBFXT", "252620"), "490510", ("BR", "BRSSZ", "GB", "GBFXT", "252620")),
        ("captagon", ("SY", "SYLTK", "SA", "SAJED", "080610"), "490199", ("SY", "SYLTK", "CL", "CLVAP", "080610")),
        ("waste", ("US", "USNYC", "MY", "MYPKG", "391510"), "020130", ("MY", "MYPKG", "US", "USNYC", "391510")),
        ("cigarette", ("AE", "AEJEA", "GB", "GBFXT", "441192"), "880240", ("CH", "DEHAM", "LU", "NLRTM", "441192")),
    ],
)
def test_way_and_cover_count_only_together(feature, strong, other_goods, other_way):
    name = f"cover_on_{feature}_route"
    *places, code = strong
    both, goods, route = (row[name] for row in measured(way(*strong), way(*places, other_goods), way(*other_way)))
    assert both > 0.3, code
    assert goods < both / 3
    assert route < both / 3


def test_the_same_goods_and_countries_the_other_way_round_are_another_way():
    there, back = measured(way("EC", "ECGYE", "BE", "BEANR", "080390"), way("BE", "BEANR", "EC", "ECGYE", "080390"))
    assert there["cover_on_cocaine_route"] > 3 * back["cover_on_cocaine_route"]


def test_a_hub_counts_at_either_end():
    start = way("SE", "ZADUR", "ES", "ESALG", "440710")  # loaded in a hub, whatever the goods' origin
    end = way("CO", "COCTG", "TG", "TGLFW", "440710")
    neither = way("SE", "SEGOT", "ES", "ESALG", "440710")
    hubs_only = way("ZA", "ZADUR", "TG", "TGLFW", "440710")
    values = [row["cover_on_cocaine_route"] for row in measured(start, end, neither, hubs_only)]
    assert values[0] > 0.2
    assert values[1] > 0.1
    assert values[2:] == [0, 0], "a way starts at a source or ends at a market"


def test_the_riskiest_line_of_a_mixed_load_speaks():
    lane = ("MX", "MXZLO", "AU", "AUSYD")
    loads = (["680221"], ["490199"], ["680221", "490199"], ["490199", "330499", "680221"])
    alone, books, first, last = (
        row["cover_on_methamphetamine_route"] for row in measured(*(way(*lane, *codes) for codes in loads))
    )
    assert alone == first == last > books


@pytest.mark.parametrize("name", KINDS)
def test_a_code_that_is_cut_short_never_lowers_a_value(name):
    feature = catalogue.load().features[name]
    change = changed(feature.raised_by)
    (code,) = change["hs_codes"]
    full, heading, chapter = measured(*(change | {"hs_codes": [code[:digits]]} for digits in (6, 4, 2)))
    assert full[name] == heading[name] > 0
    assert chapter[name] >= full[name]


def test_goods_that_only_the_description_names_count_as_their_chapter():
    lane = ("EC", "ECGYE", "BE", "BEANR")
    described, coded = measured(
        way(*lane, goods="fresh bananas"), way(*lane, "08", goods="fresh bananas")
    )  # without a code the words decide
    assert described["cover_on_cocaine_route"] == coded["cover_on_cocaine_route"] > 0.5


@pytest.mark.parametrize(
    "change",
    [
        way("EC", "ECGYE", "BE", "BEANR", goods="qwxz"),
        way("EC", "ECGYE", "BE", "BEANR", "not a code", goods="qwxz"),
        way("", "NOWHERE", "BE", "BEANR", "080390"),
        way("EC", "ECGYE", "", "NOWHERE", "080390"),
    ],
)
def test_there_is_no_value_where_goods_or_an_end_are_not_known(change):
    (row,) = measured(change)
    assert set(row.values()) == {None}


def test_one_known_country_at_each_end_is_enough():
    known = measured(way("EC", "NOWHERE", "", "BEANR", "080390"))[0]
    assert known["cover_on_cocaine_route"] > 0.5


def test_no_value_is_told_in_words():
    for name in KINDS:
        assert "not known well enough" in absent_sentence(catalogue.load().features[name])


def test_sentences_name_the_countries_that_make_the_way():
    """The countries are found a second time, by trying all pairs: for ways of all kinds and for mixed ones."""
    features = [catalogue.load().features[name] for name in KINDS]
    raised = [changed(feature.raised_by) for feature in features]
    loaded_elsewhere = [
        one | {"port_of_loading": other["port_of_loading"], "port_of_discharge": third["port_of_discharge"]}
        for one, other, third in zip(raised, raised[1:] + raised[:1], raised[3:] + raised[:3], strict=True)
    ]
    rows = weeks_apart([{}, *raised, *loaded_elsewhere])
    told, values = evidence(build.facts(rows)).to_dicts(), build.build(rows).to_dicts()
    checker = Checker(rows, catalogue.load(), NOTHING)
    cases = [checker.case(key) for key in rows.select(KEY).iter_rows()]
    fields = [f"{kind}_{end}" for kind in ways.KINDS for end in ("from", "to")]
    wrong = [
        (field, row[field], FIELDS[field](case))
        for row, case in zip(told, cases, strict=True)
        for field in fields
        if row[field] not in FIELDS[field](case)
    ]
    assert wrong == []
    assert all(
        row[name] == pytest.approx(VALUES[name](case), abs=1e-6)
        for row, case in zip(values, cases, strict=True)
        for name in KINDS
    )
    assert told[1]["cocaine_from"] == "Ecuador"
    assert told[1]["cocaine_to"] == "Belgium"
