import numpy as np
import pytest
from sklearn.metrics import precision_recall_curve

from riskscore.judging.curves import POINTS, curve


def scored(size: int, decimals: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    labels = (rng.random(size) < 0.1).astype(np.int8)
    return (rng.normal(size=size) + labels).round(decimals), labels


@pytest.mark.parametrize("decimals", [8, 1], ids=["no ties", "ties"])
def test_every_point_is_on_the_curve_of_scikit_learn(decimals: int) -> None:
    scores, labels = scored(5_000, decimals)
    precision, recall, _ = precision_recall_curve(labels, scores)
    points = curve(scores, labels)
    apart = [np.abs(precision - one["precision"]) + np.abs(recall - one["recall"]) for one in points]
    assert max(each.min() for each in apart) < 2e-6


def test_a_curve_is_thinned_and_keeps_its_ends() -> None:
    scores, labels = scored(20_000, 8)
    points = curve(scores, labels)
    assert 100 < len(points) <= POINTS
    first = int(np.argmax(labels[np.argsort(-scores)]))
    assert points[0]["share"] == max(first, 1) / 20_000
    assert (points[-1]["share"], points[-1]["recall"], points[-1]["lift"]) == (1, 1, 1)
    assert [one["share"] for one in points] == sorted({one["share"] for one in points})


def test_the_band_contains_the_line_and_is_wide_at_the_first_points() -> None:
    scores, labels = scored(2_000, 8)
    scores[labels == 1] += 5
    points = curve(scores, labels, clusters=np.arange(2_000) // 40)
    for name in ("precision", "recall"):
        assert all(one[f"{name}_low"] <= one[name] <= one[f"{name}_high"] for one in points)
    assert points[0]["precision"] == 1
    assert points[0]["precision_low"] < 0.3
    assert all(one["lift"] == pytest.approx(one["recall"] / one["share"], abs=1e-2) for one in points)
