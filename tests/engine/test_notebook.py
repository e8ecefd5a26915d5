"""An explanation in a notebook shows what was filed, the score, the reasons and what is missing; text is escaped."""

from dataclasses import replace
from html import escape, unescape

import polars as pl
import pytest

import riskscore
from riskscore.explanation.explanation import Explanation
from riskscore.manifest.read import Manifest
from riskscore.schema import NOTHING

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture(scope="module")
def explanation(ship: Manifest, history: pl.DataFrame, outcomes: pl.DataFrame) -> Explanation:
    rows = ship.consignments.with_columns(goods_description=pl.lit(HOSTILE), shipper_name=pl.lit("A & \u202eB\nC"))
    container = rows["container_number"][0]
    return riskscore.explain(rows.drop("goods_items"), container, riskscore.Past(history, outcomes))


def test_hostile_text_is_escaped(explanation: Explanation) -> None:
    page = explanation._repr_html_()
    assert escape(HOSTILE) in page
    assert "A &amp; B C" in page
    for markup in ("<script", "<img", "src=", "href=", "url(", "@import"):
        assert markup not in page.replace(escape(HOSTILE), ""), markup


def test_it_shows_score_reasons_and_what_is_missing(explanation: Explanation) -> None:
    page = unescape(explanation._repr_html_())
    scored = explanation.scored.row(0, named=True)
    for sentence in [*(reason["sentence"] for reason in scored["reasons"]), *scored["not_assessed"]]:
        assert sentence in page
    assert f"{scored['reasons'][0]['contribution']:+.2f}" in page
    assert f"rank {scored['rank']} of 30" in page
    assert page.count("width: 100px") == 1  # the largest contribution has the longest bar


def test_a_row_without_container_or_score_shows_what_was_filed(explanation: Explanation) -> None:
    filed = explanation.consignment.with_columns(pl.lit(NOTHING).alias("container_number"), tax=pl.lit("VAT"))
    page = replace(explanation, consignment=filed, scored=explanation.scored.clear())._repr_html_()
    assert f"Number {filed['bill_of_lading'].item()}" in page
    assert "<td>VAT</td>" in page
    assert "Probability" not in page
