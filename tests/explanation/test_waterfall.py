from pathlib import Path

import numpy as np
import polars as pl
import pytest

from riskscore.errors import SettingsError
from riskscore.explanation import waterfall
from riskscore.explanation.contributions import Contributions
from riskscore.features.catalogue import Catalogue

PARTS = [(f"flag {number}: feature = {number}", 1.5 - number / 5) for number in range(20)]
ARGUMENTS = {"title": "toy", "base": -6.0, "contributions": PARTS, "margin": -14.0, "probability": 0.0123}


@pytest.mark.parametrize(("name", "begins"), [("a.png", b"\x89PNG"), ("a.SVG", b"<?xml")])
def test_the_format_follows_the_name_and_the_file_is_reproducible(tmp_path: Path, name: str, begins: bytes) -> None:
    written = []
    for _ in range(2):
        waterfall.draw(tmp_path / name, **ARGUMENTS)
        written.append((tmp_path / name).read_bytes())
    assert written[0].startswith(begins)
    assert written[0] == written[1]
    assert b"<dc:date>" not in written[0]


@pytest.mark.parametrize("name", ["a.pdf", "a", "nowhere/a.png"])
def test_a_file_that_cannot_be_drawn_gives_one_clear_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        waterfall.draw(tmp_path / name, **ARGUMENTS)


def test_bars_are_labelled_with_flag_feature_and_value(toy_catalogue: Catalogue) -> None:
    matrix = pl.DataFrame([[1.0], [None], [0.25], [0.0], [3.0], [1.0]], schema=toy_catalogue.names)
    values = np.array([[0.1, -0.9, 0.2, 0.0, 0.3, 0.05]])
    moved = Contributions(pl.DataFrame(), tuple(toy_catalogue.names), values, -6.0)
    assert waterfall.labelled(moved, 0, matrix, toy_catalogue)[:3] == [
        ("odd weight: heavy = not known", -0.9),
        ("violation: trusted = 3", 0.3),
        ("odd price: price gap = 0.25", 0.2),
    ]


def test_the_title_names_the_training_data() -> None:
    assert waterfall.title("BL1 / TOYU1", "m-1", "simulated") == "BL1 / TOYU1\nmodel m-1, trained on simulated data"
