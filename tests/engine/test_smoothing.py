"""A model with its own strengths is always measured with them."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from riskscore.engine.assessment import Assessment
from riskscore.engine.read import load_model
from riskscore.features import build, catalogue
from riskscore.folders import default_model
from riskscore.history.past import Past
from riskscore.manifest.read import Manifest
from riskscore.model import smoothing
from riskscore.model.booster import Booster

RATE = "lane_seizure_rate"


@pytest.fixture(scope="module")
def stronger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped model, as if its search had chosen ten times the declared strengths."""
    folder = tmp_path_factory.mktemp("models") / "stronger"
    shipped = Booster.load(default_model(), catalogue.load())
    chosen = {**shipped.card.settings, smoothing.SETTING: smoothing.chosen(catalogue.load(), 10.0)}
    replace(shipped, card=replace(shipped.card, settings=chosen)).save(folder)
    return folder


def test_rates_are_smoothed_with_the_strengths_of_the_model(
    stronger: Path, ship: Manifest, history: pl.DataFrame, outcomes: pl.DataFrame
) -> None:
    past = Past(history, outcomes, ship.earlier)
    shipped, smoothed = (
        Assessment.of(ship.consignments, past, load_model(model), catalogue.load()).ranked([RATE])
        for model in (None, stronger)
    )
    declared = catalogue.load().profiles.profiles["lane"].strength
    assert declared is not None
    scaled = smoothing.measured_with(catalogue.load(), {"lane": 10 * declared})
    facts = build.facts(ship.consignments, past, scaled)
    expected = build.matrix(facts, scaled)
    key = ["bill_of_lading", "container_number"]
    joined = smoothed.join(expected, on=key).join(shipped, on=key, suffix="_own").drop_nulls(RATE)
    assert joined.height > 0
    assert joined[RATE].equals(joined[f"{RATE}_right"])
    assert (joined[RATE] != joined[f"{RATE}_own"]).any()


def test_a_model_that_chose_nothing_is_measured_as_declared() -> None:
    declared = catalogue.load()
    card = Booster.load(default_model(), declared).card
    assert smoothing.catalogue_for(card, declared) is declared
    assert smoothing.chosen(declared, 1.0)["lane"] == declared.profiles.profiles["lane"].strength
    assert smoothing.measured_with(declared, smoothing.chosen(declared, 1.0)) == declared
