"""Nights use the champion, a resumed night keeps its model, and a promotion is judged on rows of the lake."""

import os
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import challengers
import polars as pl
import pytest
from challengers import LEARNED, World

from riskscore import schema
from riskscore.errors import ModelError, SettingsError
from riskscore.features import catalogue
from riskscore.features.catalogue import Catalogue
from riskscore.history.past import Past
from riskscore.lake.open import create_lake
from riskscore.lake.protocol import Lake
from riskscore.lifecycle import models
from riskscore.lifecycle.models import Model
from riskscore.model import archive, fit
from riskscore.model.archive import Folder, Tables
from riskscore.model.booster import Booster
from riskscore.model.calibration import Platt
from riskscore.model.registry import Registry
from riskscore.nightly.inbox import Inbox
from riskscore.nightly.run import Night, run_night
from riskscore.selection.capacity import parse
from riskscore.settings import NONE
from riskscore.simulation.write import simulate
from riskscore.training.dataset import Dataset, dataset
from riskscore.training.labels import Labels

CAPACITIES = parse({"default": {"boxes": 3}})
FIRST, SECOND = date(2024, 1, 1), date(2024, 1, 2)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of models: `other` and `third`, next to the shipped model."""
    monkeypatch.setenv("RISKSCORE_MODELS", str(tmp_path / "models"))
    with archive.as_folder("default", Folder(tmp_path).files("default")) as shipped:
        booster = Booster.load(shipped, catalogue.load())
    for name in ("other", "third"):
        variant = replace(booster, calibration=Platt(0.5, -1.0), card=replace(booster.card, name=f"{name}-1"))
        variant.save(tmp_path / "models" / name)
    return tmp_path / "models"


@pytest.fixture(scope="module")
def two_days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulate(tmp_path_factory.mktemp("w") / "world", days=2, per_day=40, seed=5)


@pytest.fixture
def night(tmp_path: Path, two_days: Path) -> Night:
    (tmp_path / "inbox").mkdir()
    arrive(tmp_path / "inbox", two_days, FIRST)
    return Night(create_lake(tmp_path / "lake"), Inbox(tmp_path / "inbox"), None, CAPACITIES)


def arrive(inbox: Path, world: Path, day: date) -> None:
    shutil.copy(world / "manifests" / f"{day}.parquet", inbox)
    os.utime(inbox / f"{day}.parquet", (1, 1))


def promote(lake: Lake | None, name: str) -> None:
    model = models.find(name, lake)
    before = models.champion(lake)
    models.registry_of(lake).promote(name, model.files, champion=before.files)


def scored(lake: Lake) -> set[tuple[date, str, str]]:
    return set(lake.read("scores", columns=["night", "model", "catalogue"]).unique().collect().iter_rows())


@pytest.mark.slow
def test_a_night_uses_the_champion_of_its_lake_or_else_of_the_folder(night: Night, two_days: Path) -> None:
    promote(None, "other")
    run_night(night, FIRST)
    promote(night.lake, "third")
    arrive(night.inbox.folder, two_days, SECOND)
    run_night(night, SECOND)
    digest = fit.catalogue_for(models.champion(night.lake).card, catalogue.load()).hash
    assert scored(night.lake) == {(FIRST, "other-1", digest), (SECOND, "third-1", digest)}
    assert models.rollback(night.lake, NONE).champion == "other"
    assert models.champion(night.lake).card.name == "other-1"
    assert models.champion(None).name == "other"


def test_without_a_promotion_the_shipped_model_scores_and_is_kept(night: Night) -> None:
    run_night(night, FIRST)
    (used,) = scored(night.lake)
    in_lake = Model("default", Tables(night.lake).files("default"))
    measured = fit.catalogue_for(in_lake.card, catalogue.load())
    assert used == (FIRST, in_lake.card.name, measured.hash)
    assert in_lake == models.champion(None)


class Killed(BaseException):
    pass


@pytest.mark.slow
def test_a_promotion_during_a_night_takes_effect_on_the_next(
    night: Night, two_days: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    promote(None, "other")

    def kill(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("riskscore.runs.ledger.close", kill)
        with pytest.raises(Killed):
            run_night(night, FIRST)
    promote(night.lake, "third")
    shutil.rmtree(folder / "other")
    with pytest.raises(SettingsError, match="began with model other-1 and must finish with it, not with third-1"):
        run_night(replace(night, model="third"), FIRST)
    counts = run_night(night, FIRST).counts
    assert counts is not None and counts["model"] == "other-1"
    arrive(night.inbox.folder, two_days, SECOND)
    run_night(night, SECOND)
    assert {row[:2] for row in scored(night.lake)} == {(FIRST, "other-1"), (SECOND, "third-1")}


def test_a_retired_model_scores_no_night(night: Night) -> None:
    models.retire(night.lake, "other", "too old")
    with pytest.raises(SettingsError, match="model other is retired"):
        run_night(replace(night, model="other"), FIRST)
    assert night.lake.read("runs").collect().is_empty()


def test_a_damaged_champion_is_reported_before_a_night_begins(night: Night, folder: Path) -> None:
    promote(None, "other")
    (folder / "other" / "model.txt").write_text("tree")
    with pytest.raises(ModelError, match="has changed since it was promoted"):
        run_night(night, FIRST)
    assert night.lake.read("runs").collect().is_empty()


def test_a_rollback_to_a_model_that_cannot_be_loaded_is_refused(folder: Path) -> None:
    for name in ("other", "third"):
        promote(None, name)
    shutil.rmtree(folder / "other")
    with pytest.raises(ModelError, match="other"):
        models.rollback(None, NONE)
    assert models.champion(None).name == "third"


def test_versions_of_a_lake_show_those_of_the_folder_too(night: Night) -> None:
    promote(night.lake, "other")
    assert {version.name: version.state for version in models.versions(night.lake, NONE)} == {
        "default": "former", "other": "champion", "third": "challenger",
    }  # fmt: skip


# A small world, and models trained on it.


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return challengers.world(tmp_path_factory.mktemp("w") / "world")


@pytest.fixture(scope="module")
def trained(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An honest challenger, and others that must not be promoted."""
    out = tmp_path_factory.mktemp("trained")
    world.train(out / "honest")
    world.train(out / "leaked", consignments=challengers.leaked(world))
    world.train(out / "shuffled", truth=challengers.shuffled(world))
    world.train(out / "future", until=challengers.BEYOND)
    booster = Booster.load(out / "honest", catalogue.load())
    features = {name.replace("hs_missing", "hs_absent"): text for name, text in booster.card.features.items()}
    replace(booster, card=replace(booster.card, features=features)).save(out / "catalogue")
    return out


@pytest.fixture(scope="module")
def rows(world: World) -> Dataset:
    """Every consignment after LEARNED, with the truth."""
    day = pl.col("filed_at").dt.date()
    return dataset(
        world.consignments.filter(day > LEARNED),
        Labels(world.outcomes, truth=world.truth),
        Past(history=world.consignments.filter(day <= LEARNED), earlier=world.earlier),
    )


@pytest.fixture
def weak(folder: Path, trained: Path) -> Path:
    """The folder with all these models, and a champion that ranks at random."""
    for path in trained.iterdir():
        shutil.copytree(path, folder / path.name)
    shutil.copytree(trained / "shuffled", folder / "weak")
    promote(None, "weak")
    return folder


REFUSED = {
    "leaked": {
        "not too good": r"ROC-AUC on its card is (1\.000|0\.99\d); on its card the feature set_point_unfit alone",
        "as good as its card": r"ROC-AUC is .* on its card, but .* on later rows",
    },
    "shuffled": {
        "better at capacity": "it finds no more",
        "better than chance": "is not clearly better than chance",
    },
    "future": {"not from the future": "it learned from days up to 2024-02-22, and the evaluation begins on 2024-02-15"},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", REFUSED)
def test_a_challenger_that_did_not_learn_fairly_is_refused_with_the_reason(
    weak: Path, rows: Dataset, name: str
) -> None:
    # The champion is one that any model beats, so that each challenger is refused for its own fault.
    before = None if name == "shuffled" else models.champion(None)
    if before is None:
        promote(None, "honest")
    champion = models.champion(None).name
    verdict, change = models.promote(lambda _: rows, models.find(name, None), None, settings=NONE)
    assert change is None
    for check, why in REFUSED[name].items():
        assert pl.Series([verdict.refusals[check]]).str.contains(why).all(), verdict.refusals
    assert models.champion(None).name == champion


@pytest.mark.slow
def test_a_challenger_with_other_features_is_refused_even_with_an_override(weak: Path) -> None:
    def unread(_: object) -> Dataset:
        raise AssertionError

    with pytest.raises(ModelError, match=r"other features \(not in the catalogue: hs_absent\)"):
        models.promote(unread, models.find("catalogue", None), None, settings=NONE, override="because")
    assert models.champion(None).name == "weak"


@pytest.mark.slow
def test_an_honest_challenger_beats_a_weak_champion(weak: Path, rows: Dataset) -> None:
    verdict, change = models.promote(lambda _: rows, models.find("honest", None), None, settings=NONE)
    assert verdict.refusals == {}
    assert change is not None
    assert (change.before, change.champion, change.refusals) == ("weak", "honest", [])
    assert change.figures["capacity"]["found"]["b"] > change.figures["capacity"]["found"]["a"]
    assert change.catalogue == catalogue.load().hash
    with pytest.raises(ModelError, match="is already the champion"):
        models.promote(lambda _: rows, models.find("honest", None), None, settings=NONE)


@pytest.mark.slow
def test_an_override_promotes_and_keeps_what_it_overrode(weak: Path, rows: Dataset) -> None:
    _, change = models.promote(lambda _: rows, models.find("future", None), None, settings=NONE, override="we must")
    assert change is not None
    (recorded,) = [each for each in Registry(Folder(weak)).changes if each.model == "future"]
    assert recorded == change
    assert recorded.reason == "we must"
    # It learned from some of the rows that it is judged on, so its probabilities do not fit them by chance either.
    assert [refusal.split(":")[0] for refusal in recorded.refusals] == ["not from the future", "calibrated"]


@pytest.fixture
def filled(world: World, tmp_path: Path) -> Lake:
    """A lake with the small world, as nights would have loaded it."""
    lake = create_lake(tmp_path / "filled")
    filed = pl.concat([world.earlier, world.consignments]).with_columns(started=pl.col("filed_at").dt.date())
    lake.append("consignments", filed, night=FIRST)
    at = pl.lit(datetime(2024, 5, 1, tzinfo=UTC), schema.UTC)
    lake.append("outcomes", world.outcomes.with_columns(recorded_at=at), night=FIRST)
    return lake


@pytest.mark.slow
def test_rows_of_a_lake_are_inspected_consignments_as_last_filed(world: World, filled: Lake) -> None:
    after = LEARNED + timedelta(1)
    rows = models.rows_of_lake(filled, after)
    assert rows.labels == "outcomes"
    day = pl.col("filed_at").dt.date()
    expected = dataset(
        world.consignments.filter(day >= after),
        Labels(world.outcomes),
        Past(history=world.consignments.filter(day < after), earlier=world.earlier),
    )
    assert rows.rows.equals(expected.rows)
    assert rows.matrix.equals(expected.matrix)
    assert rows.rows["selected_by"].null_count() < rows.rows.height


@pytest.mark.slow
def test_a_promotion_in_a_lake_is_judged_by_its_outcomes_and_can_be_undone(
    filled: Lake, folder: Path, trained: Path
) -> None:
    shutil.copytree(trained / "honest", folder / "honest")

    def rows(features: Catalogue) -> Dataset:
        return models.rows_of_lake(filled, LEARNED + timedelta(1), catalogue=features)

    judged = rows(catalogue.load())
    verdict, change = models.promote(rows, models.find("honest", filled), filled, settings=NONE, override="a trial")
    assert change is not None
    assert verdict.comparison is not None
    assert verdict.comparison["rows"] == judged.rows.height
    # The card has labels of the truth, the rows have outcomes.
    assert any("figures are not compared" in warning for warning in verdict.warnings)
    shutil.rmtree(folder / "honest")
    assert models.champion(filled).checksum == change.checksum
    assert models.champion(None).name == "default"
    assert models.rollback(filled, NONE, "it was a trial").champion == "default"
    assert models.champion(filled).files == models.champion(None).files
