"""Reasons: what raised a score, what lowered it, and what could not be assessed, as an inspector reads it.

contributions ─▶ groups (strongest.py) ─▶ strongest raising  ─▶ a sentence of the group's strongest feature
                                       └▶ strongest lowering ─▶ its relieving sentence
value of a yes/no feature             ─▶ which of the two sentences is true, whichever way it moved the score
facts, matrix ─▶ indicators without any value ─▶ what the manifest would have to say
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from riskscore.errors import ModelError
from riskscore.explanation.contributions import Contributions
from riskscore.explanation.not_assessed import not_assessed
from riskscore.explanation.sentences import Written, absently, fields, fill, open_ended, plainly
from riskscore.explanation.strongest import Choice, strongest
from riskscore.features.catalogue import Catalogue, Feature
from riskscore.language import ENGLISH, Language
from riskscore.schema import KEY

MOST_REASONS = 5
MOST_MITIGATING = 3

REASON = pl.Struct(
    {
        "indicator": pl.Int64,
        "feature": pl.String,
        "sentence": pl.String,
        "check": pl.String,
        "contribution": pl.Float64,
    }
)
"""One reason; `contribution` is that of the whole group, in log-odds, `indicator` is null where there is none."""

YES_NO, STRENGTH = "yes/no", "0 to 1"
"""Units whose sentences claim that something is there or not, so that the value decides which one is true."""


def reasons(
    facts: pl.DataFrame,
    matrix: pl.DataFrame,
    contributions: Contributions,
    catalogue: Catalogue,
    language: Language = ENGLISH,
) -> pl.DataFrame:
    """Explain n rows: `facts` with their evidence, `matrix` and `contributions` of the same rows in the same order.

    Returns KEY, `reasons` (at most five, strongest first), `mitigating` (at most three, strongest first), both
    lists of REASON, and `not_assessed`, a list of texts. Raises ModelError where the three do not go together.
    """
    for name, frame in (("facts", facts), ("matrix", matrix)):
        if not frame.select(KEY).equals(contributions.keys):
            raise ModelError(f"the {name} and the contributions are not of the same rows in the same order")
    unknown = matrix.select(pl.col(contributions.names).is_null()).to_numpy()
    raising = strongest(contributions, unknown, catalogue, MOST_REASONS, raises=True)
    lowering = strongest(contributions, unknown, catalogue, MOST_MITIGATING, raises=False)
    features = [catalogue.features[name] for name in contributions.names]
    return contributions.keys.select(
        *KEY,
        _told(raising, features, facts, matrix, language, raises=True).alias("reasons"),
        _told(lowering, features, facts, matrix, language, raises=False).alias("mitigating"),
        not_assessed(facts, matrix, catalogue, language),
    ).with_columns(pl.col("mitigating").list.eval(_negated()))


def _told(
    choice: Choice,
    features: Sequence[Feature],
    facts: pl.DataFrame,
    matrix: pl.DataFrame,
    language: Language,
    *,
    raises: bool,
) -> pl.Series:
    """One list of REASON a row; `features` are those of the matrix's columns, in order."""
    rows, places, columns, totals = choice
    told = [pl.DataFrame(schema={"row": pl.Int64, "place": pl.Int64, "told": REASON})]
    for column in np.unique(columns):
        feature = features[column]
        here = columns == column
        at = rows[here]
        named = (name for text in (feature.reason, feature.relief, feature.check) for _, name, _ in fields(text))
        quoted = [facts[name] for name in dict.fromkeys(named) if name is not None and name in facts.columns]
        values = pl.DataFrame([matrix[feature.name].alias("value"), *quoted])[at]
        written = Written(values, language)
        reason = pl.struct(
            indicator=pl.lit(feature.indicators[0] if feature.indicators else None, pl.Int64),
            feature=pl.lit(feature.name),
            sentence=_sentences(feature, values["value"], written, raises=raises),
            check=fill(feature.check, written, instead=open_ended(feature.check, language)),
            contribution=pl.Series(totals[here]),
        )
        told.append(pl.DataFrame({"row": at, "place": places[here]}).select("row", "place", told=reason))
    lists = pl.concat(told).sort("row", "place").group_by("row", maintain_order=True).agg("told")
    every = pl.DataFrame({"row": np.arange(facts.height, dtype=np.int64)})
    joined = every.join(lists, on="row", how="left", maintain_order="left")["told"]
    return joined.fill_null(pl.Series([[]], dtype=pl.List(REASON)))


def _sentences(feature: Feature, values: pl.Series, written: Written, *, raises: bool) -> pl.Expr:
    """What is said of each of `values` of the feature: the reason or the relief, or that there is no value.

    Usually the reason where the feature raised the score. But a model may find that the absence of a thing raises it,
    and a sentence that claims the thing would then be false: where the value is zero, and more of it could only speak
    for risk, the relief is true. Of what is there or not, and may speak either way, the value alone decides.
    """
    there = values != 0
    if feature.unit == YES_NO or (feature.unit == STRENGTH and feature.direction == 0):
        claimed = there
    else:
        claimed = raises & (there | (feature.direction < 0))
    plain = plainly(feature, written.language)
    reason, relief = (fill(text or plain, written, instead=plain) for text in (feature.reason, feature.relief))
    return (
        pl.when(there.is_null())
        .then(pl.lit(absently(feature, written.language)))
        .when(claimed)
        .then(reason)
        .otherwise(relief)
    )


def _negated() -> pl.Expr:
    """A lowering reason with its contribution below zero again."""
    lowered = -pl.element().struct.field("contribution")
    return pl.element().struct.with_fields(lowered.alias("contribution"))
