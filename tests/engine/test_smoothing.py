"""A model that chose other strengths is measured with them wherever it scores."""

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
    """The model that ships, as if its search had chosen ten times the declared strengths."""
    folder = tmp_path_factory.mktemp("models") / "stronger"
    shipped = Booster.load(default_model(), catalogue.load())
    chosen = {**shipped.card.settings, smoothing.SETTING: smoothing.chosen(catalogue.load(), 10.0)}
    replace(shipped, card=replace(shipped.card, settings=chosen)).save(folder)
    return folder


def test_rates_are_smoothed_with_the_strengths_of_the_model(
    stronger: Path, ship: Manifest, history: pl.DataFrame, outcomes: pl.DataFrame
) -> None:
    past = Past(history, outcomes, ship.earlier)
    own, theirs = (
        Assessment.of(ship.consignments, past, load_model(model), catalogue.load()).ranked([RATE])
        for model in (None, stronger)
    )
    declared = catalogue.load().profiles.profiles["lane"].strength
    assert declared is not None
    scaled = smoothing.measured_with(catalogue.load(), {"lane": 10 * declared})
    facts = build.facts(ship.consignments, past, scaled)
    wanted = build.matrix(facts, scaled)
    key = ["bill_of_lading", "container_number"]
    both = theirs.join(wanted, on=key).join(own, on=key, suffix="_own").drop_nulls(RATE)
    assert both.height > 0
    assert both[RATE].equals(both[f"{RATE}_right"])
    assert (both[RATE] != both[f"{RATE}_own"]).any()


def test_a_model_that_chose_nothing_is_measured_as_declared() -> None:
    known = catalogue.load()
    card = Booster.load(default_model(), known).card
    assert smoothing.catalogue_for(card, known) is known
    assert smoothing.chosen(known, 1.0)["lane"] == known.profiles.profiles["lane"].strength
    assert smoothing.measured_with(known, smoothing.chosen(known, 1.0)) == known
