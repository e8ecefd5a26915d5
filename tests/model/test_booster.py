from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from riskscore.errors import ModelError
from riskscore.features.catalogue import Catalogue
from riskscore.model import fit
from riskscore.model.booster import BULK, Booster
from riskscore.scoring.score import features
from riskscore.training.dataset import Dataset


@pytest.fixture
def folder(toy_booster: Booster, tmp_path: Path) -> Path:
    toy_booster.save(tmp_path / "toy")
    return tmp_path / "toy"


def changed(catalogue: Catalogue, **features: object) -> Catalogue:
    """Return the catalogue without features that are None, and with the others replaced or added."""
    features_by_name = {**catalogue.features, **features}
    return replace(
        catalogue, features={name: feature for name, feature in features_by_name.items() if feature is not None}
    )


def test_a_stored_model_scores_as_the_trained_one(
    toy_booster: Booster, toy_data: Dataset, toy_catalogue: Catalogue, folder: Path
) -> None:
    loaded = Booster.load(folder, toy_catalogue)
    matrix = features(toy_data.matrix, toy_booster)
    assert np.array_equal(loaded.margin(matrix), toy_booster.margin(matrix))
    assert loaded.calibration == toy_booster.calibration
    assert loaded.name == toy_booster.name
    assert sorted(path.name for path in folder.iterdir()) == ["calibration.json", "card.json", "card.md", "model.txt"]


def test_rewording_a_sentence_keeps_a_model_usable(toy_catalogue: Catalogue, folder: Path) -> None:
    reworded = replace(toy_catalogue.features["heavy"], reason="Too heavy.", check="Weigh it.", source="another")
    assert Booster.load(folder, changed(toy_catalogue, heavy=reworded)).features == toy_catalogue.names


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"heavy": None}, "not in the catalogue: heavy"),
        ({"heavy": "turned"}, "declared differently: heavy"),
    ],
)
def test_a_model_of_other_features_is_refused_and_they_are_named(
    toy_catalogue: Catalogue, folder: Path, change: dict[str, str | None], message: str
) -> None:
    heavy = toy_catalogue.features["heavy"]
    variants = {None: None, "turned": replace(heavy, direction=1)}
    with pytest.raises(ModelError, match=message):
        Booster.load(folder, changed(toy_catalogue, **{name: variants[kind] for name, kind in change.items()}))


def test_a_model_keeps_its_features_and_their_order_whatever_is_declared_since(
    toy_catalogue: Catalogue, folder: Path
) -> None:
    added = replace(toy_catalogue.features["heavy"], name="added")
    turned = {"added": added, **dict(reversed(toy_catalogue.features.items()))}
    later = replace(toy_catalogue, features=turned)
    booster = Booster.load(folder, later)
    assert booster.features == toy_catalogue.names
    measured = fit.catalogue_for(booster.card, later)
    assert measured.names == toy_catalogue.names
    assert measured.pending == (added,)
    assert measured.hash == toy_catalogue.hash


@pytest.mark.parametrize("name", ["model.txt", "card.json", "calibration.json"])
@pytest.mark.parametrize("content", [None, b"", b"{", b"\xff\xfe\x00", b"[]", b'{"slope": -1}', b"tree\nversion=v4"])
def test_a_missing_or_damaged_file_gives_a_one_line_error(
    toy_catalogue: Catalogue, folder: Path, name: str, content: bytes | None
) -> None:
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    with pytest.raises(ModelError) as refused:
        Booster.load(folder, toy_catalogue)
    assert "\n" not in str(refused.value)


def test_saving_replaces_an_older_model_and_leaves_nothing_else(toy_booster: Booster, folder: Path) -> None:
    (folder / "card.md").write_text("older")
    toy_booster.save(folder)
    assert (folder / "card.md").read_text("utf-8") == toy_booster.card.to_markdown()
    assert [path.name for path in folder.parent.iterdir()] == ["toy"]


def test_saving_never_replaces_a_folder_with_other_files(toy_booster: Booster, tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "mine.txt").write_text("kept")
    with pytest.raises(ModelError, match="not a model folder"):
        toy_booster.save(tmp_path / "letters")
    assert (tmp_path / "letters" / "mine.txt").read_text() == "kept"


def test_a_matrix_of_another_width_is_refused(toy_booster: Booster) -> None:
    with pytest.raises(ModelError, match="6 features"):
        toy_booster.margin(np.zeros((3, 5), np.float32))


@pytest.mark.parametrize("rows", [0, 1, 50, BULK])
def test_contributions_and_base_value_add_up_to_the_margin(toy_booster: Booster, toy_data: Dataset, rows: int) -> None:
    matrix = features(toy_data.matrix.head(rows), toy_booster)
    values = toy_booster.contributions(matrix)
    assert values.shape == (rows, 7)
    assert np.allclose(values.sum(axis=1), toy_booster.margin(matrix), rtol=0, atol=1e-9)
