"""The two reconstructed cases rank high, for reasons that they really had, and so do similar cases."""

import polars as pl
import pytest

import riskscore
from riskscore.history.past import Past

HAIPHONG, SINGAPORE = "LOSHPH190144", "MATSGN190718"

FLAGS = {
    HAIPHONG: {1, 6, 9, 20, 23, 24, 30, 31, 33, 38, 39, 40, 41, 42},
    SINGAPORE: {1, 17, 20, 21, 23, 24, 38, 39, 40, 41, 42},
}
"""Red flags of each case: new parties, a forwarder as consignee, cover load, route, source, hub and market ..."""


@pytest.fixture(scope="module")
def ranked(day, history, outcomes) -> pl.DataFrame:
    return riskscore.score(day.consignments, Past(history=history, outcomes=outcomes, earlier=day.earlier))


def test_the_sample_day_has_many_consignments(day):
    assert day.consignments.height >= 2_000
    assert day.consignments["filed_at"].dt.date().n_unique() == 1


@pytest.mark.parametrize("bill", [HAIPHONG, SINGAPORE])
def test_a_case_is_in_the_top_one_percent_with_reasons_that_it_had(ranked, bill):
    case = ranked.filter(pl.col("bill_of_lading") == bill)
    assert case["rank"].min() <= ranked.height / 100
    flags = {reason["indicator"] for reason in case["reasons"][0]}
    assert len(flags & FLAGS[bill]) >= 3, case["reasons"][0].to_list()


FROM = ("port_of_loading", "place_of_receipt", "origin_country")
TO = ("port_of_discharge", "place_of_delivery", "destination_country")
CHANGES = {
    "another West African port": (HAIPHONG, dict(zip(FROM, ["GHTEM", "GHTEM", "GH"], strict=True))),
    "another resin": (HAIPHONG, {"goods_description": "POLYETHYLENE PELLETS", "hs_codes": ["390120"]}),
    "another forwarder": (HAIPHONG, {"consignee_name": "TAM GIANG LOGISTICS AND TRANSPORT JSC"}),
    "beans for granules": (HAIPHONG, {"goods_description": "KIDNEY BEANS", "hs_codes": ["071333"]}),
    "another hub": (HAIPHONG, {"transhipment_ports": ["MYPKG"]}),
    "another market": (HAIPHONG, dict(zip(TO, ["CNSHK", "CNSHK", "CN"], strict=True))),
    "another port on the Congo": (SINGAPORE, {"port_of_loading": "CDBOM"}),
    "sawn timber": (SINGAPORE, {"goods_description": "SAWN TIMBER", "hs_codes": ["440729"]}),
    "another consignee": (SINGAPORE, {"consignee_name": "HOANG MINH LAM TIMBER COMPANY LIMITED"}),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_case_slightly_changed_stays_in_the_top_two_percent(day, history, outcomes, change):
    bill, values = CHANGES[change]
    rows = day.consignments
    typed = pl.DataFrame([values], schema={name: rows.schema[name] for name in values})
    case = rows.filter(pl.col("bill_of_lading") == bill)
    changed = case.with_columns(pl.lit(typed[name]).first().alias(name) for name in values).select(rows.columns)
    others = rows.filter(pl.col("bill_of_lading") != bill)
    ranked = riskscore.score(pl.concat([others, changed]), Past(history=history, outcomes=outcomes), explained=0)
    assert ranked.filter(pl.col("bill_of_lading") == bill)["rank"].min() <= ranked.height / 50
