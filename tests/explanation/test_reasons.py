import numpy as np
import polars as pl
import pytest

from riskscore.errors import ModelError
from riskscore.explanation.contributions import Contributions
from riskscore.explanation.reasons import REASON, reasons
from riskscore.features.catalogue import Catalogue, Feature

KEYS = pl.DataFrame({"bill_of_lading": ["A", "B", "C"], "container_number": ["1", "2", "3"]})
FACTS = KEYS.with_columns(
    consignee_name=pl.Series(["Blue Heron Trading", "Old Oak Imports", None]),
    gross_weight_kg=pl.Series([26_400.0, None, 100.0]),
    declared_value=pl.Series([1.0, None, 2.0]),
    volume_m3=pl.Series([33.04, 10.0, None]),
)
MATRIX = KEYS.with_columns(
    newcomer=pl.Series([1, 0, None], dtype=pl.Float32),
    heavy=pl.Series([2.5, None, 0.1], dtype=pl.Float32),
    price_gap=pl.Series([0.4, None, 0.1], dtype=pl.Float32),
    price_odd=pl.Series([0.4, None, 0.1], dtype=pl.Float32),
    trusted=pl.Series([0, 12, 3], dtype=pl.Float32),
    noise=pl.Series([1, 1, None], dtype=pl.Float32),
)
#                   newcomer heavy price_gap price_odd trusted noise
VALUES = np.array([[1.5, 0.3, 0.5, -0.1, 0.0, 0.01], [-0.5, 0.2, 0.1, 0.3, -2.0, 0.03], [0.0, 0.0, 0.0, 0.0, 0.0, 0.0]])


@pytest.fixture
def explained(toy_catalogue: Catalogue) -> list[dict[str, object]]:
    contributions = Contributions(KEYS, tuple(toy_catalogue.names), VALUES, -6.0)
    return reasons(FACTS, MATRIX, contributions, toy_catalogue).to_dicts()


def test_the_strongest_groups_are_explained_by_their_strongest_feature(explained: list[dict[str, object]]) -> None:
    assert explained[0]["reasons"] == [
        {"indicator": 1, "feature": "newcomer", "sentence": "Blue Heron Trading is new.", "check": "Check newcomer.",
         "contribution": 1.5},
        {"indicator": 33, "feature": "price_gap", "sentence": "The price is 40% off.", "check": "Check price_gap.",
         "contribution": pytest.approx(0.4)},
        {"indicator": 31, "feature": "heavy", "sentence": "26,400 kg is 2.5 times the usual.", "check": "Check heavy.",
         "contribution": 0.3},
    ]  # fmt: skip


def test_a_feature_without_a_value_says_so(explained: list[dict[str, object]]) -> None:
    assert [reason["sentence"] for reason in explained[1]["reasons"]] == [
        "Not known: price odd of the toy.",
        "Not known: heavy of the toy.",
        "10.0 cubic metres.",
    ]


def test_a_feature_without_an_indicator_is_its_own_group(explained: list[dict[str, object]]) -> None:
    last = explained[1]["reasons"][-1]
    assert (last["indicator"], last["feature"], last["contribution"]) == (None, "noise", pytest.approx(0.03))


def test_a_feature_that_lowers_the_score_gives_relief(explained: list[dict[str, object]]) -> None:
    assert [(reason["sentence"], reason["contribution"]) for reason in explained[1]["mitigating"]] == [
        ("12 boxes were clean.", -2.0),
        ("Old Oak Imports is known.", -0.5),
    ]
    assert explained[0]["mitigating"] == []


def test_no_reason_is_given_where_nothing_moved(explained: list[dict[str, object]]) -> None:
    assert (explained[2]["reasons"], explained[2]["mitigating"]) == ([], [])


def test_unassessed_flags_are_listed_with_what_is_missing(explained: list[dict[str, object]]) -> None:
    always = "thin background: needs a register"
    assert [row["not_assessed"] for row in explained] == [
        [always],
        ["odd weight: no gross weight", "odd price: no declared value", always],
        ["first-time consignee: no consignee name", "thin background: no consignee name", always],
    ]


def test_reasons_have_the_declared_types_even_without_rows(toy_catalogue: Catalogue) -> None:
    contributions = Contributions(KEYS.clear(), tuple(toy_catalogue.names), np.zeros((0, 6)), 0.0)
    schema = reasons(FACTS.clear(), MATRIX.clear(), contributions, toy_catalogue).schema
    assert schema["reasons"] == schema["mitigating"] == pl.List(REASON)
    assert schema["not_assessed"] == pl.List(pl.String)


def test_rows_in_another_order_are_refused(toy_catalogue: Catalogue) -> None:
    contributions = Contributions(KEYS, tuple(toy_catalogue.names), VALUES, -6.0)
    with pytest.raises(ModelError, match="the facts and the contributions"):
        reasons(FACTS.reverse(), MATRIX, contributions, toy_catalogue)


@pytest.mark.parametrize(
    ("unit", "direction", "value", "moved", "sentence"),
    [
        ("yes/no", 0, 1, 0.5, "It is so."),
        ("yes/no", 0, 0, 0.5, "It is not so."),
        ("yes/no", 0, 1, -0.5, "It is so."),
        ("yes/no", 1, 0, -0.5, "It is not so."),
        ("yes/no", 1, None, 0.5, "Not known: it."),
        ("0 to 1", 0, 0.3, 0.5, "It is so."),
        ("0 to 1", 0, 0, 0.5, "It is not so."),
        ("0 to 1", 0, 0.9, -0.5, "It is so."),
        ("0 to 1", 1, 0.1, -0.5, "It is not so."),
        ("bills", 0, 0, 0.5, "It is not so."),
        ("bills", 0, 3, -0.5, "It is not so."),
        ("log ratio", 0, -1, 0.5, "It is so."),
        ("share", -1, 0, 0.5, "It is so."),
        ("share", -1, 0.9, -0.5, "It is not so."),
    ],
)
def test_a_sentence_is_never_false(unit: str, direction: int, value: float | None, moved: float, sentence: str) -> None:
    feature = Feature("it", "toy", (1,), "it", unit, direction, (), "It is so.", "It is not so.", "Look.", "made up")
    keys = KEYS.head(1)
    matrix = keys.with_columns(it=pl.Series([value], dtype=pl.Float32))
    explained = reasons(
        keys, matrix, Contributions(keys, ("it",), np.array([[moved]]), 0.0), Catalogue({"it": feature}, {1: "it"}, {})
    )
    column = "reasons" if moved > 0 else "mitigating"
    assert [reason["sentence"] for reason in explained[column].item()] == [sentence]
