"""The nearest inspected consignments: earlier ones only, often of the same scheme, explained in plain language."""

import time
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from numpy.testing import assert_allclose

from riskscore.cases import comparable, gather, inspected, sources
from riskscore.cases.nearest import NEIGHBOUR
from riskscore.errors import ModelError
from riskscore.explanation.contributions import Contributions
from riskscore.features import build, catalogue
from riskscore.history.past import Past
from riskscore.language import Language
from riskscore.schema import KEY


@pytest.fixture(scope="module")
def found(world) -> pl.DataFrame:
    return comparable(world.moved, world.rows, world.past)


def _some(world, numbers: list[int]) -> tuple[Contributions, pl.DataFrame]:
    moved = world.moved
    return Contributions(moved.keys[numbers], moved.names, moved.values[numbers], moved.base), world.rows[numbers]


def test_each_row_gets_its_nearest_seizures_and_others_nearest_first(world, found):
    assert dict(found.schema) == NEIGHBOUR
    per_side = found.with_columns(side=pl.col("finding") == "seizure").group_by(*KEY, "side", maintain_order=True)
    for _, side in per_side:
        assert side["place"].to_list() == list(range(1, side.height + 1))
        assert side["distance"].is_sorted()
    last = found.join(world.rows.tail(1).select(KEY), on=KEY, how="semi")
    assert last.height == 6
    assert last["finding"].to_list()[:3] == ["seizure"] * 3
    assert "seizure" not in last["finding"].to_list()[3:]


def test_only_findings_known_before_the_day_of_filing_are_shown(world, found):
    with_day = found.join(world.rows.select(*KEY, day=pl.col("filed_at").dt.date()), on=KEY)
    assert with_day.height == found.height > 0
    assert (with_day["known"] < with_day["day"]).all()
    assert (with_day["filed"] < with_day["day"]).all()


def test_later_findings_and_corrections_change_nothing(world):
    number = world.rows.height // 2
    moved, rows = _some(world, [number])
    day = rows["filed_at"].dt.truncate("1d").item()
    seized = world.outcomes.filter(pl.col("known_at") < day, finding="seizure").head(5)
    withdrawn = seized.with_columns(pl.lit(day + timedelta(days=1)).alias("known_at"), finding=pl.lit("clean"))
    later = world.past.__class__(
        world.past.rows,
        world.past.matrix,
        world.past.moved,
        pl.concat([world.past.outcomes, withdrawn]),
        world.past.catalogue,
    )
    assert comparable(moved, rows, later).equals(comparable(moved, rows, world.past))


def test_the_nearest_seizure_is_of_the_same_scheme_more_often_than_by_chance(world, found):
    schemes = dict(
        zip(world.truth["bill_of_lading"] + world.truth["container_number"], world.truth["scheme"], strict=True)
    )
    nearest = found.filter(finding="seizure", place=1).filter(pl.col("neighbour_bill") != pl.col("bill_of_lading"))
    hits = [
        schemes[row["bill_of_lading"] + row["container_number"]]
        == schemes[row["neighbour_bill"] + row["neighbour_container"]]
        for row in nearest.iter_rows(named=True)
    ]
    chances = []
    for row in nearest.iter_rows(named=True):
        day = world.rows.filter(bill_of_lading=row["bill_of_lading"], container_number=row["container_number"])
        known = world.past.findings(day["filed_at"].dt.truncate("1d").item()).filter(finding="seizure")
        scheme = schemes[row["bill_of_lading"] + row["container_number"]]
        kinds = [schemes[a + b] for a, b in known.select(KEY).iter_rows()]
        chances.append(np.mean([kind == scheme for kind in kinds]))
    spread = np.sqrt(np.mean(hits) * (1 - np.mean(hits)) / len(hits))
    assert len(hits) > 100
    assert np.mean(hits) - 2 * spread > np.mean(chances)


def test_inspected_rows_are_measured_as_of_their_filing(world):
    """The features of an inspected consignment equal those of the engine for all filings of its day."""
    filings = pl.read_parquet(world.folder / "manifests" / "*.parquet")
    keys = filings.select(pl.struct(KEY)).to_series()
    once = filings.filter(~keys.is_duplicated())
    day = world.past.rows.join(once.select(KEY), on=KEY, how="semi").filter(
        pl.col("filed_at") > datetime(2024, 1, 25, tzinfo=UTC)
    )
    date = day["filed_at"][0].date()
    rows = filings.filter(pl.col("filed_at").dt.date() == date)
    before = filings.filter(pl.col("filed_at").dt.date() < date)
    outcomes = world.outcomes.filter(pl.col("known_at").dt.date() < date)
    matrix = build.build(rows, Past(history=before, outcomes=outcomes)).join(day.select(KEY), on=KEY, how="semi")
    ours = matrix.select(KEY).join(world.past.matrix, on=KEY, maintain_order="left")
    assert matrix.height > 0
    for name in world.moved.names:
        assert_allclose(ours[name].to_numpy(), matrix[name].to_numpy(), rtol=1e-5, err_msg=name)


def test_sentences_name_similarities_and_differences(world):
    moved, rows = _some(world, [world.rows.height - 1])
    is_known = world.past.findings(rows["filed_at"].dt.truncate("1d").item())["finding"].is_not_null()
    twin = (
        world.past.rows.with_row_index("row")
        .filter(is_known & pl.col("consignee_name").is_not_null(), pl.col("goods_description").is_not_null())
        .head(1)
    )
    at = twin["row"].item()
    variant = twin.drop("row").with_columns(
        rows["bill_of_lading"].alias("bill_of_lading"),
        rows["container_number"].alias("container_number"),
        rows["filed_at"].alias("filed_at"),
        pl.lit(3.0 * (twin["gross_weight_kg"].item() or 1000.0)).alias("gross_weight_kg"),
        transhipment_ports=pl.lit(["OMSLL"]),
    )
    near = Contributions(variant.select(KEY), moved.names, world.past.moved.values[[at]], moved.base)
    neighbour = (
        comparable(near, variant, world.past, top=1)
        .filter(neighbour_bill=twin["bill_of_lading"].item())
        .row(0, named=True)
    )
    assert neighbour["distance"] == pytest.approx(0, abs=1e-9)
    assert f"Same consignee: {twin['consignee_name'].item()}." in neighbour["shares"]
    assert any(text.startswith("Same lane: ") for text in neighbour["shares"])
    assert any("Salalah" in text for text in neighbour["differs"])
    if twin["gross_weight_kg"].item():
        assert any(text.endswith("kg there.") for text in neighbour["differs"])


def test_sentences_are_in_the_reader_s_language(world):
    moved, rows = _some(world, [world.rows.height - 1])
    french = Language("fr", {"Raised the risk of both: {flags}.": "A relevé les deux : {flags}."})
    shares = comparable(moved, rows, world.past, language=french)["shares"].explode()
    assert any(text.startswith("A relevé les deux : ") for text in shares.drop_nulls())


def test_contributions_of_other_rows_or_features_are_refused(world):
    moved, rows = _some(world, [0])
    with pytest.raises(ModelError, match="same consignments"):
        comparable(moved, world.rows[[1]], world.past)
    fewer = Contributions(moved.keys, moved.names[1:], moved.values[:, 1:], moved.base)
    with pytest.raises(ModelError, match="of the same features"):
        comparable(fewer, rows, world.past)


def test_a_history_without_inspections_gives_no_neighbours(world):
    past = gather(
        Past(world.log, world.outcomes.clear()),
        sources.of_files([world.folder / "manifests"]),
        before=datetime(2025, 1, 1, tzinfo=UTC),
        booster=world.booster,
        catalogue=catalogue.load(),
    )
    assert comparable(*_some(world, [0]), past).is_empty()


def test_seizures_are_chosen_before_others_and_the_latest_first(world):
    moment = datetime(2024, 3, 1, tzinfo=UTC)
    chosen = inspected.choose(world.outcomes, moment, 60)
    assert chosen.height == 60
    assert (chosen["known_at"] < moment).all()
    seized = chosen.filter(finding="seizure")
    assert seized.height == min(
        40, world.outcomes.filter(pl.col("known_at") < moment, finding="seizure").select(KEY).n_unique()
    )
    assert seized["known_at"].is_sorted(descending=True)


def test_a_hundred_are_compared_in_seconds(world):
    moved, rows = _some(world, list(range(100)))
    start = time.perf_counter()
    comparable(moved, rows, world.past)
    assert time.perf_counter() - start < 5
