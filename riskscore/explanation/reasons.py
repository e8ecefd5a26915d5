"""Reasons: what raised a score, what lowered it, and what could not be assessed, in sentences.

contributions ─▶ groups (strongest.py) ─▶ strongest raising  ─▶ a sentence of the group's strongest feature
                                       └▶ strongest lowering ─▶ its relief sentence
value of a yes/no feature             ─▶ which of the two sentences is true, whichever way it moved the score
facts, matrix ─▶ indicators without any value ─▶ what the manifest would have to state
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from riskscore.errors import ModelError
from riskscore.explanation.contributions import Contributions
from riskscore.explanation.not_assessed import not_assessed
from riskscore.explanation.sentences import (
    FormattedRows,
    absent_sentence,
    fields,
    fill,
    meaning_sentence,
    without_values,
)
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
"""One reason. `contribution` is that of the group, in log-odds. `indicator` is null if the feature has none."""

YES_NO, STRENGTH = "yes/no", "0 to 1"
"""Units of features whose sentences state that something is so or not so: the value decides which one is true."""


def reasons(
    facts: pl.DataFrame,
    matrix: pl.DataFrame,
    contributions: Contributions,
    catalogue: Catalogue,
    language: Language = ENGLISH,
) -> pl.DataFrame:
    """Explain n rows in sentences: `facts` with their evidence, `matrix` and `contributions`, all in the same order.

    Returns n rows with KEY, `reasons` (at most five, strongest first), `mitigating` (at most three, strongest first),
    both lists of REASON, and `not_assessed`, a list of texts. Raises ModelError if the three inputs have different rows
    or another order, CatalogueError if a sentence of the catalogue is malformed.
    """
    for name, frame in (("facts", facts), ("matrix", matrix)):
        if not frame.select(KEY).equals(contributions.keys):
            raise ModelError(f"the {name} and the contributions do not have the same rows in the same order")
    unknown = matrix.select(pl.col(contributions.names).is_null()).to_numpy()
    raising = strongest(contributions, unknown, catalogue, MOST_REASONS, raises=True)
    lowering = strongest(contributions, unknown, catalogue, MOST_MITIGATING, raises=False)
    features = [catalogue.features[name] for name in contributions.names]
    return contributions.keys.select(
        *KEY,
        _reason_lists(raising, features, facts, matrix, language, raises=True).alias("reasons"),
        _reason_lists(lowering, features, facts, matrix, language, raises=False).alias("mitigating"),
        not_assessed(facts, matrix, catalogue, language),
    ).with_columns(pl.col("mitigating").list.eval(_negated()))


def _reason_lists(
    choice: Choice,
    features: Sequence[Feature],
    facts: pl.DataFrame,
    matrix: pl.DataFrame,
    language: Language,
    *,
    raises: bool,
) -> pl.Series:
    """One list of REASON per row. `features` are those of the contributions, in order."""
    rows, places, columns, totals = choice
    parts = [pl.DataFrame(schema={"row": pl.Int64, "place": pl.Int64, "reason": REASON})]
    for column in np.unique(columns):
        feature = features[column]
        is_feature = columns == column
        at = rows[is_feature]
        names = (name for text in (feature.reason, feature.relief, feature.check) for _, name, _ in fields(text))
        quoted = [facts[name] for name in dict.fromkeys(names) if name is not None and name in facts.columns]
        values = pl.DataFrame([matrix[feature.name].alias("value"), *quoted])[at]
        formatted = FormattedRows(values, language)
        reason = pl.struct(
            indicator=pl.lit(feature.indicators[0] if feature.indicators else None, pl.Int64),
            feature=pl.lit(feature.name),
            sentence=_sentences(feature, values["value"], formatted, raises=raises),
            check=fill(feature.check, formatted, fallback=without_values(feature.check, language)),
            contribution=pl.Series(totals[is_feature]),
        )
        parts.append(pl.DataFrame({"row": at, "place": places[is_feature]}).select("row", "place", reason=reason))
    lists = pl.concat(parts).sort("row", "place").group_by("row", maintain_order=True).agg("reason")
    every = pl.DataFrame({"row": np.arange(facts.height, dtype=np.int64)})
    joined = every.join(lists, on="row", how="left", maintain_order="left")["reason"]
    return joined.fill_null(pl.Series([[]], dtype=pl.List(REASON)))


def _sentences(feature: Feature, values: pl.Series, formatted: FormattedRows, *, raises: bool) -> pl.Expr:
    """The sentence for each of `values` of the feature: its reason, its relief, or that the value is missing.

    A feature that raised the score usually gets its reason. But the absence of something may raise the score too, and
    the reason would then be false. So a value of zero gets the relief, unless a higher value can only lower the risk.
    For yes/no features, and for strengths that may move the score either way, only the value decides.
    """
    is_nonzero = values != 0
    if feature.unit == YES_NO or (feature.unit == STRENGTH and feature.direction == 0):
        is_reason = is_nonzero
    else:
        is_reason = raises & (is_nonzero | (feature.direction < 0))
    plain = meaning_sentence(feature, formatted.language)
    reason, relief = (fill(text or plain, formatted, fallback=plain) for text in (feature.reason, feature.relief))
    return (
        pl.when(is_nonzero.is_null())
        .then(pl.lit(absent_sentence(feature, formatted.language)))
        .when(is_reason)
        .then(reason)
        .otherwise(relief)
    )


def _negated() -> pl.Expr:
    """A lowering reason with its contribution negative again."""
    lowered = -pl.element().struct.field("contribution")
    return pl.element().struct.with_fields(lowered.alias("contribution"))
