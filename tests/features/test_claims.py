"""A feature is calculated twice: as a Polars expression, and as a claim in plain Python that checks its sentences."""

import math

import pytest

from riskscore.explanation_quality.claims.values import VALUES
from riskscore.explanation_quality.recompute import Checker
from riskscore.features import build, catalogue
from riskscore.history.past import NOTHING
from riskscore.schema import KEY

from .conftest import changed, weeks_apart

CATALOGUE = catalogue.load()


def test_every_feature_has_a_claim_and_every_claim_a_feature():
    assert set(CATALOGUE.names) - set(VALUES) == set(), "add the claims to riskscore/explanation_quality/claims"


@pytest.fixture(scope="module")
def calculated():
    """What the features and the claims say of the honest consignment and of everything that raises or lowers a flag."""
    declared = CATALOGUE.features.values()
    changes = [{}] + [
        changed(fields) for feature in declared for fields in (feature.raised_by, feature.lowered_by) if fields
    ]
    rows = weeks_apart(changes)
    checker = Checker(rows, CATALOGUE, NOTHING)
    return build.build(rows), [checker.case(key) for key in rows.select(KEY).iter_rows()]


@pytest.mark.parametrize("name", CATALOGUE.names)
def test_a_claim_gives_the_value_of_its_feature(calculated, name):
    measured, cases = calculated
    claimed = [VALUES[name](case) for case in cases]
    values = measured[name].to_list()
    wrong = [
        (value, claim)
        for value, claim in zip(values, claimed, strict=True)
        if (value is None) != (claim is None)
        or (value is not None and not math.isclose(value, claim, rel_tol=1e-5, abs_tol=1e-6))
    ]
    assert wrong == [], "the feature and its claim differ"
