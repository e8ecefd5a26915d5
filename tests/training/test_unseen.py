"""Rows to learn from are thinned without changing what they weigh, and a part of them has no parties."""

import numpy as np
import pytest

from riskscore.features.catalogue import Catalogue, load
from riskscore.schema import KEY
from riskscore.training import unseen
from riskscore.training.dataset import Dataset
from riskscore.training.trees import Rows
from riskscore.training.unseen import AS_GIVEN, FEWEST, Unseen


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unseen, "FEWEST", 100)


def test_every_find_is_kept_and_the_honest_rows_weigh_what_all_of_them_weighed(
    few: None, toy_data: Dataset, toy_catalogue: Catalogue
) -> None:
    whole, thinned = Rows.of(toy_data, toy_catalogue), Unseen(honest=25).rows(toy_data, toy_catalogue, 3)

    assert thinned.target.sum() == whole.target.sum()
    assert len(thinned.target) < 0.5 * len(whole.target)
    assert thinned.opened == len(thinned.target)
    share = np.average(thinned.target, weights=thinned.weights)
    assert share == pytest.approx(whole.target.mean(), rel=0.05)
    assert thinned.weights.mean() == pytest.approx(1.0)


def test_few_honest_rows_are_all_kept(toy_data: Dataset, toy_catalogue: Catalogue) -> None:
    assert toy_data.rows.height < 2 * FEWEST

    assert len(Unseen(honest=25).rows(toy_data, toy_catalogue, 0).target) == toy_data.rows.height


def test_a_share_of_the_rows_has_no_parties_and_all_else(toy_data: Dataset, toy_catalogue: Catalogue) -> None:
    parties = [name for name, feature in load().features.items() if feature.family == unseen.PARTIES]
    first, second = toy_catalogue.names[:2]
    named = {parties[0]: first, "load_share": second}
    data = Dataset(toy_data.rows, toy_data.matrix.select(*KEY, "filed_at", **named), toy_data.labels)
    catalogue = Catalogue({name: load().features[name] for name in named}, load().flags, load().unassessable)

    before, after = Rows.of(data, catalogue).matrix, Unseen(hidden=0.4).rows(data, catalogue, 1).matrix

    hidden = np.isnan(after[:, 0]) & ~np.isnan(before[:, 0])
    assert hidden.sum() / (~np.isnan(before[:, 0])).sum() == pytest.approx(0.4, abs=0.02)
    np.testing.assert_array_equal(after[~hidden, 0], before[~hidden, 0])
    np.testing.assert_array_equal(after[:, 1], before[:, 1])


def test_the_first_lesson_has_the_rows_as_they_are(few: None, toy_data: Dataset, toy_catalogue: Catalogue) -> None:
    rows = Unseen(honest=5, borrowed=2, hidden=0.5).rows(toy_data, toy_catalogue, 1)

    assert rows.first is not None
    assert len(rows.target) == len(rows.first.target) + 2 * rows.first.target.sum()
    filed = Rows.of(toy_data, toy_catalogue)
    smuggled = rows.first.matrix[rows.first.target == 1]
    np.testing.assert_array_equal(smuggled, filed.matrix[filed.target == 1])


def test_the_same_seed_gives_the_same_rows(few: None, toy_data: Dataset, toy_catalogue: Catalogue) -> None:
    def rows(seed: int) -> Rows:
        return Unseen(honest=5, hidden=0.5).rows(toy_data, toy_catalogue, seed)

    np.testing.assert_array_equal(rows(1).matrix, rows(1).matrix)
    assert rows(1).matrix.shape != rows(2).matrix.shape or not np.array_equal(rows(1).target, rows(2).target)


def test_inspected_rows_of_a_service_are_learned_from_as_they_are() -> None:
    assert unseen.of("outcomes") == AS_GIVEN
    assert unseen.of("truth") != AS_GIVEN
    assert AS_GIVEN.entry() == {}
