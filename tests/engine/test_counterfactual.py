"""`explain` with a limit, and `explain_changed` with other values: what would clear a box, and what a change moves."""

import polars as pl
import pytest

import riskscore
from riskscore.errors import SettingsError
from riskscore.history.past import Past
from riskscore.schema import KEY


def test_a_changed_value_scores_like_a_manifest_with_that_value(ship, history, outcomes):
    bill, container = ship.consignments.select(KEY).row(5)
    past = Past(history, outcomes)
    plain = riskscore.explain(ship.consignments, (bill, container), past)
    values = {"gross_weight_kg": "18 t", "hs_codes": "390210"}
    explained = riskscore.explain_changed(ship.consignments, plain, values, past)
    is_box = pl.col("container_number") == container
    other = ship.consignments.with_columns(
        gross_weight_kg=pl.when(is_box).then(18000.0).otherwise("gross_weight_kg"),
        hs_codes=pl.when(is_box).then(pl.lit(["390210"])).otherwise("hs_codes"),
    )
    expected = riskscore.explain(other, (bill, container), past)
    assert explained.counterfactual is not None
    assert explained.counterfactual.scored.drop("scored_at").equals(expected.scored.drop("scored_at"))
    assert explained.scored.drop("scored_at").equals(plain.scored.drop("scored_at"))
    assert plain.counterfactual is None
    assert set(explained.counterfactual.fields["column"]) == {"gross_weight_kg", "hs_codes"}
    values = {which: dict(one.contributions.select("feature", "value").rows()) for which, one in
              (("was", plain), ("now", expected))}  # fmt: skip
    differing = {name for name, value in values["was"].items() if value != values["now"][name]}
    assert set(explained.counterfactual.features["feature"]) == differing != set()
    assert "load_share" in differing and "consignee_before" not in differing
    for name, was, now in explained.counterfactual.features.select("feature", "before", "now").rows():
        assert (was, now) == (values["was"][name], values["now"][name])


def test_reasons_that_left_and_came_are_distinguished(ship, history, outcomes):
    bill, container = ship.consignments.select(KEY).row(5)
    past = Past(history, outcomes)
    changed = {"goods_description": "said to contain general cargo", "consignee_name": "TO ORDER", "vessel_name": ""}
    plain = riskscore.explain(ship.consignments, (bill, container), past)
    explained = riskscore.explain_changed(ship.consignments, plain, changed, past)
    frames = [one.select(pl.concat_list("reasons", "mitigating").alias("told")) for one in
              (explained.scored, explained.counterfactual.scored)]  # fmt: skip
    was, now = (set(frame.explode("told").unnest("told")["sentence"]) for frame in frames)
    moved = explained.counterfactual.reasons
    assert set(moved.filter(change="left")["before"]) <= was - now
    assert set(moved.filter(change="came")["now"]) <= now - was
    assert now - was == set(moved.filter(pl.col("before").ne_missing(pl.col("now")))["now"].drop_nulls())
    assert was - now == set(moved.filter(pl.col("before").ne_missing(pl.col("now")))["before"].drop_nulls())
    assert {"left", "came"} <= set(moved["change"])


def test_values_equal_to_the_filed_ones_change_nothing(ship):
    bill, container, weight = ship.consignments.select(*KEY, "gross_weight_kg").row(0)
    plain = riskscore.explain(ship.consignments, (bill, container))
    explained = riskscore.explain_changed(ship.consignments, plain, {"gross_weight_kg": str(weight)})
    assert (
        explained.counterfactual.fields.is_empty()
        and explained.counterfactual.features.is_empty()
        and explained.counterfactual.reasons.is_empty()
    )
    assert explained.counterfactual.scored["margin"].item() == explained.scored["margin"].item()


@pytest.mark.slow
def test_the_limit_decides_who_is_in_the_red_lane(ship, history, outcomes):
    ranked = riskscore.score(ship.consignments, Past(history=history, outcomes=outcomes))
    bill, container = ranked.select(KEY).row(3)

    def clearing(limit):
        explained = riskscore.explain(
            ship.consignments, (bill, container), Past(history=history, outcomes=outcomes), limit=limit
        )
        return explained.limit, explained.clearing.row(0, named=True)

    end, row = clearing(10)
    assert end == ranked["margin"][10]
    assert row["checks"] or not row["enough"]
    assert row["enough"] == (row["margin_after"] < end)
    end, row = clearing(None)  # of thirty, only the riskiest one is in the lane
    assert end == ranked["margin"][1]
    assert (row["enough"], row["checks"]) == (True, [])
    chance = float(ranked["probability"][3]) * 0.9
    end, row = clearing(chance)
    assert end < ranked["margin"][3]
    assert not row["enough"] or row["probability_after"] < chance


def test_there_is_no_limit_if_every_consignment_is_in_the_lane(ship):
    explained = riskscore.explain(ship.consignments[:1], ship.consignments["container_number"][0])
    assert explained.limit is None
    assert explained.clearing.is_empty()


@pytest.mark.parametrize("limit", [0, 2.0])
def test_a_limit_out_of_range_is_refused(ship, limit):
    with pytest.raises(SettingsError, match="between 0 and 1 or a rank"):
        riskscore.explain(ship.consignments, ship.consignments.select(KEY).row(0), limit=limit)


@pytest.mark.parametrize(
    ("values", "complaint"),
    [({"bill_of_lading": "X"}, "identifies the consignment"), ({"gross_weight_kg": "heavy"}, "not a number")],
)
def test_an_invalid_value_is_refused(ship, values, complaint):
    plain = riskscore.explain(ship.consignments, ship.consignments.select(KEY).row(0))
    with pytest.raises(SettingsError, match=complaint):
        riskscore.explain_changed(ship.consignments, plain, values)
