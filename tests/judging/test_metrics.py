import numpy as np
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from riskscore.errors import TrainingError
from riskscore.judging import metrics


def ranked(size: int, positives: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Scores that fall from row to row, and labels that are 1 at `positives`."""
    labels = np.zeros(size, np.int8)
    labels[positives] = 1
    return -np.arange(size, dtype=np.float64), labels


@pytest.mark.parametrize(
    ("positives", "share", "precision", "recall"),
    [
        ([0, 5, 50, 500], 0.01, 0.2, 0.5),
        ([0, 5, 50, 500], 0.02, 0.1, 0.5),
        ([0, 5, 50, 500], 0.10, 0.03, 0.75),
        ([0, 1, 2], 0.01, 0.3, 1.0),
        ([999], 0.10, 0.0, 0.0),
    ],
)
def test_precision_and_recall_of_a_small_example_are_correct(
    positives: list[int], share: float, precision: float, recall: float
) -> None:
    scores, labels = ranked(1_000, positives)
    at = {entry["share"]: entry for entry in metrics.judge(scores, labels, np.full(1_000, 0.01))["at"]}[share]
    assert at["precision"]["value"] == pytest.approx(precision)
    assert at["recall"]["value"] == pytest.approx(recall)
    assert at["found"] == round(recall * len(positives))
    assert at["precision"]["low"] <= at["precision"]["value"] <= at["precision"]["high"]


@pytest.mark.parametrize("decimals", [8, 1, 0], ids=["no ties", "ties", "many ties"])
def test_areas_equal_those_of_scikit_learn(decimals: int) -> None:
    rng = np.random.default_rng(0)
    labels = (rng.random(3_000) < 0.05).astype(np.int8)
    scores = (rng.normal(size=3_000) + labels).round(decimals)
    figures = metrics.judge(scores, labels, 1 / (1 + np.exp(-scores)))
    assert figures["roc_auc"]["value"] == pytest.approx(roc_auc_score(labels, scores), abs=1e-5)
    assert figures["pr_auc"]["value"] == pytest.approx(average_precision_score(labels, scores), abs=1e-5)
    assert figures["brier"] == pytest.approx(brier_score_loss(labels, 1 / (1 + np.exp(-scores))))


def test_weights_give_the_same_figures_as_repeated_rows() -> None:
    rng = np.random.default_rng(1)
    labels = (rng.random(500) < 0.2).astype(np.int8)
    scores = (rng.normal(size=500) + labels).round(1)
    kilograms, opened = rng.exponential(100, 500), rng.random(500) < 0.3
    ranking = metrics.Ranking.of(scores, labels, kilograms=kilograms, opened=opened)
    weights = rng.integers(0, 4, 500).astype(np.float64)
    rows = np.repeat(np.arange(500), weights.astype(int))
    again = metrics.Ranking.of(scores[rows], labels[rows], kilograms=kilograms[rows], opened=opened[rows])
    assert np.allclose(ranking.figures(weights), again.figures())
    assert len(again.figures()) == 2 + 4 * 5


def test_kilograms_and_capacity_are_counted_and_unweighed_finds_are_reported() -> None:
    scores, labels = ranked(1_000, [0, 5, 50, 500])
    kilograms = np.full(1_000, np.nan)
    kilograms[[0, 50, 500]] = 10, 30, 60
    opened = np.isin(np.arange(1_000), [0, 1, 50, 999])
    figures = metrics.judge(scores, labels, np.full(1_000, 0.01), kilograms=kilograms, opened=opened)
    assert (figures["quantity_kg"], figures["unweighed"]) == (100, 1)
    assert [at["quantity_kg"]["value"] for at in figures["at"]] == [10, 10, 10, 40]
    assert [at["quantity_share"]["value"] for at in figures["at"]] == [0.1, 0.1, 0.1, 0.4]
    at = figures["capacity"]
    assert (at["inspected"], at["found"], at["share"]) == (4, 2, 0.004)
    assert [at[name]["value"] for name in ("precision", "recall", "quantity_kg")] == [0.5, 0.5, 40]
    unknown = metrics.judge(scores, labels, np.full(1_000, 0.01))
    assert (unknown["quantity_kg"], unknown["unweighed"], unknown["capacity"]) == (None, 4, None)
    assert {entry["quantity_kg"] for entry in unknown["at"]} == {None}


def test_a_capacity_of_no_boxes_finds_nothing_and_has_no_precision() -> None:
    scores, labels = ranked(1_000, [0, 5])
    at = metrics.judge(scores, labels, np.full(1_000, 0.01), opened=np.zeros(1_000, np.bool_))["capacity"]
    assert (at["inspected"], at["found"], at["precision"], at["recall"]["value"]) == (0, 0, None, 0)


@pytest.mark.parametrize("positives", [[0], [999], [0, 1, 2]])
def test_a_few_finds_give_wide_intervals(positives: list[int]) -> None:
    scores, labels = ranked(1_000, positives)
    kilograms = np.where(labels == 1, 50.0, np.nan)
    figures = metrics.judge(scores, labels, np.full(1_000, 0.01), kilograms=kilograms)
    intervals = [figures["roc_auc"], figures["pr_auc"]]
    intervals += [at[name] for at in figures["at"] for name in ("precision", "recall", "quantity_kg", "quantity_share")]
    assert all(one["high"] > one["low"] for one in intervals)
    assert all(one["high"] - one["low"] > 0.4 for one in (figures["roc_auc"], figures["at"][0]["recall"]))
    better = np.where(labels == 1, 1.0, 0.0) + scores / 1e6
    pair = metrics.paired(-better, better, labels)
    assert pair["roc_auc"]["difference"]["value"] == 1
    assert pair["roc_auc"]["difference"]["low"] < 0.7
    assert pair["at"][0]["recall"]["difference"]["low"] < pair["at"][0]["recall"]["difference"]["value"] == 1


def test_two_rankings_are_compared_on_the_same_resamples() -> None:
    rng = np.random.default_rng(3)
    labels = (rng.random(4_000) < 0.05).astype(np.int8)
    good, poor = rng.normal(size=4_000) + 2 * labels, rng.normal(size=4_000) + labels
    pair = metrics.paired(poor, good, labels)
    assert (pair["rows"], pair["positives"], pair["resampled"]) == (4_000, int(labels.sum()), "rows")
    alone = [metrics.judge(scores, labels, np.full(4_000, 0.05)) for scores in (poor, good)]
    for figure in ("roc_auc", "pr_auc"):
        assert [pair[figure][side] for side in "ab"] == [one[figure] for one in alone]
        assert pair[figure]["difference"]["low"] > 0
    for at, *sides in zip(pair["at"], *(one["at"] for one in alone), strict=True):
        for figure in ("precision", "recall"):
            assert [at[figure][side] for side in "ab"] == [side[figure] for side in sides]
            a, b = (at[figure][side]["value"] for side in "ab")
            assert at[figure]["difference"]["value"] == pytest.approx(b - a, abs=2e-5)
    turned = metrics.paired(good, poor, labels)
    assert turned["roc_auc"]["difference"]["high"] == -pair["roc_auc"]["difference"]["low"]


def test_a_ranking_equals_itself_and_a_paired_interval_is_narrower() -> None:
    rng = np.random.default_rng(4)
    labels = (rng.random(4_000) < 0.05).astype(np.int8)
    scores = rng.normal(size=4_000) + labels
    same = metrics.paired(scores, scores * 2 + 1, labels, clusters=np.arange(4_000) // 40)
    assert same["roc_auc"]["difference"] == {"value": 0, "low": 0, "high": 0}
    near = metrics.paired(scores, scores + rng.normal(size=4_000) / 10, labels)["roc_auc"]
    width = {side: near[side]["high"] - near[side]["low"] for side in near}
    assert width["difference"] < width["a"] / 3


def test_clusters_are_resampled_as_units() -> None:
    rng = np.random.default_rng(5)
    days = np.repeat(np.arange(100), 50)
    on_good_days = np.isin(days, rng.choice(100, 40, replace=False))
    labels = np.where(np.arange(5_000) % 10 == 0, 1, 0).astype(np.int8)
    scores = rng.normal(size=5_000) + 3 * labels * on_good_days
    flat = np.zeros(5_000)
    by_rows, by_days = (metrics.paired(flat, scores, labels, clusters=each) for each in (None, days))
    assert (by_rows["resampled"], by_days["resampled"]) == ("rows", "clusters")
    widths = [each["at"][3]["recall"]["b"]["high"] - each["at"][3]["recall"]["b"]["low"] for each in (by_rows, by_days)]
    assert widths[1] > 1.5 * widths[0]
    assert metrics.paired(flat, scores, labels, clusters=days % 19)["resampled"] == "rows"


def test_recall_spreads_over_a_tie_at_the_border() -> None:
    labels = np.array([1, 0] * 500, np.int8)
    figures = metrics.judge(np.zeros(1_000), labels, np.full(1_000, 0.5))
    assert [entry["recall"]["value"] for entry in figures["at"]] == pytest.approx([0.01, 0.02, 0.05, 0.10])
    assert figures["roc_auc"]["value"] == 0.5


def test_a_feature_is_judged_rising_or_falling_with_missing_values_at_either_end() -> None:
    labels = np.array([0, 0, 0, 1, 1, 1], np.int8)
    columns = np.array(
        [[3, 2, 1, 0, -1, -2], [np.nan, 1, 1, 2, 2, 2], [1, 1, 1, 1, 1, 1], [5, 5, 5, np.nan, np.nan, 5]]
    )
    assert metrics.areas(
        np.vstack([columns[0], columns[1], columns[2], columns[3]]).T, labels
    ).tolist() == pytest.approx([1.0, 1.0, 0.5, 5 / 6])


@pytest.mark.parametrize("positives", [[], [0, 1, 2]])
def test_one_label_alone_cannot_be_judged(positives: list[int]) -> None:
    with pytest.raises(TrainingError, match=f"{len(positives)} of 3"):
        metrics.Ranking.of(*ranked(3, positives))
