"""Explain consignments in full: one of a manifest, several at once, or one with other values in its fields."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from riskscore import progress
from riskscore.engine.assessment import Assessment, with_reasons
from riskscore.engine.inputs import inputs
from riskscore.engine.read import load_model
from riskscore.engine.score import EXPLAINED
from riskscore.errors import SettingsError
from riskscore.explanation import checks, counterfactual, limits
from riskscore.explanation.by_feature import by_feature
from riskscore.explanation.counterfactual import Counterfactual
from riskscore.explanation.explanation import Explanation
from riskscore.explanation.minimal_checks import what_would_clear
from riskscore.explanation.versions import changes, differences, version_before
from riskscore.features import own
from riskscore.history.past import NOTHING, Past
from riskscore.language import ENGLISH, Language
from riskscore.manifest import frame
from riskscore.manifest.edits import set_fields
from riskscore.manifest.read import Manifest
from riskscore.schema import KEY
from riskscore.settings import NONE, Settings

Box = str | tuple[str | None, str | None]
"""Which consignment is meant: the number of its container or, where that is on several bills, (bill, container)."""


def explain(
    consignments: Manifest | pl.DataFrame,
    box: Box,
    past: Past = NOTHING,
    *,
    model: str | Path | None = None,
    settings: Settings = NONE,
    limit: float | None = None,
    language: Language = ENGLISH,
) -> Explanation:
    """Explain one consignment of a manifest in full; other arguments as in `score`.

    The whole manifest is ranked, because a consignment is judged beside the others of its ship. Where it was amended,
    it is ranked once more with the version before in its place, which shows what the amendment did.

    Args:
        box: number of the container, or (bill, container) where the container is on several bills.
        limit: where the red lane ends, as a probability (float) or as the number of consignments in it (int); by
            default EXPLAINED of the consignments. Of a consignment in it the checks are named that would take it out.

    Raises SettingsError where `box` names no consignment or more than one, or where the limit is none.
    """
    rows, known = inputs(consignments, past, settings)
    filed = _named(rows, box, settings)
    booster, catalogue = load_model(model, settings), own.catalogue(settings)
    assessed = Assessment.of(rows, known, booster, catalogue)
    progress.step("explaining")
    lane = max(1, math.ceil(EXPLAINED * rows.height)) if limit is None else limit
    end = limits.margin(assessed.scores, lane, booster.calibration)
    explained = explain_all(assessed, filed.select(KEY), known.earlier, [end], language)[0]
    before = version_before(filed, known.earlier)
    if known.earlier is None or not before.height:
        return explained
    progress.step("comparing with the version before")
    others = known.earlier.join(before, on=[*KEY, "filed_at", "version"], how="anti", nulls_equal=True)
    former = pl.concat([rows.join(filed, on=KEY, how="anti", maintain_order="left"), before])
    ranked = Assessment.of(former, replace(known, earlier=others), booster, catalogue).ranked()
    return replace(explained, unchanged=ranked.join(filed, on=KEY, how="semi"))


def explain_changed(
    consignments: Manifest | pl.DataFrame,
    explained: Explanation,
    values: Mapping[str, str],
    past: Past = NOTHING,
    *,
    model: str | Path | None = None,
    settings: Settings = NONE,
    language: Language = ENGLISH,
) -> Explanation:
    """Assess an explained consignment once more as if its manifest had said something else; see its `counterfactual`.

    `values` maps fields to texts, as cells of a manifest. Other arguments as they were given to `explain`. Raises
    SettingsError where a field cannot be set to a text.
    """
    rows, known = inputs(consignments, past, settings)
    filed = explained.consignment
    changed = set_fields(filed, values, settings)
    progress.step("assessing it as changed")
    others = rows.join(filed, on=KEY, how="anti", maintain_order="left")
    assessed = Assessment.of(pl.concat([others, changed]), known, load_model(model, settings), own.catalogue(settings))
    now = explain_all(assessed, filed.select(KEY), known.earlier, [None], language)[0]
    moved = Counterfactual(
        fields=differences(filed, changed, rows.columns),
        scored=now.scored,
        features=counterfactual.what_moved(explained.contributions, now.contributions),
        reasons=counterfactual.reasons(explained.scored, now.scored),
    )
    return replace(explained, counterfactual=moved)


def explain_each(
    assessed: Assessment, wanted: pl.DataFrame, earlier: pl.DataFrame | None = None, language: Language = ENGLISH
) -> list[Explanation]:
    """Explain several assessed consignments at once, in the order of `wanted`.

    `wanted` has KEY and, where a red lane is known, `limit`, the margin at which it ends for that consignment. What an
    amendment did to the score is left out, because each would have to be ranked once more. Raises SettingsError where
    one that is wanted is not among the consignments.
    """
    lost = wanted.join(assessed.rows, on=KEY, how="anti")
    if lost.height:
        raise SettingsError(f"bill {lost.row(0)[0]}, container {lost.row(0)[1]} is not among the consignments")
    progress.step(f"explaining {wanted.height:,}")
    ends = wanted["limit"].to_list() if "limit" in wanted.columns else [None] * wanted.height
    return explain_all(assessed, wanted.select(KEY), earlier, ends, language)


def explain_all(
    assessed: Assessment,
    wanted: pl.DataFrame,
    earlier: pl.DataFrame | None,
    ends: Sequence[float | None],
    language: Language,
) -> list[Explanation]:
    """Explain the consignments `wanted` (KEY), in its order; `ends` are the margins at which their red lanes end."""
    order = wanted.with_row_index("place")
    named = assessed.rows.select(KEY).with_row_index("row").join(order, on=KEY, how="inner").sort("row")
    chosen = named["row"]
    reasons, moved = assessed.explain(chosen, language)
    matrix, filed = assessed.matrix[chosen], assessed.rows[chosen].drop("started", strict=False)
    ranked = with_reasons(assessed.ranked().join(wanted, on=KEY, how="semi"), reasons)
    average = assessed.scores["probability"].mean()
    usual = {end: _usual(assessed, end) for end in set(ends)}
    made: list[Explanation | None] = [None] * wanted.height
    for at, place in enumerate(named["place"]):
        one, own_row, end = moved.row(at), filed[at], ends[place]
        scored = ranked.join(own_row.select(KEY), on=KEY, how="semi")
        made[place] = Explanation(
            consignment=own_row,
            scored=scored,
            contributions=by_feature(one, matrix[at], assessed.catalogue),
            moved=one,
            base=moved.base,
            among=assessed.rows.height,
            average=float(average),  # type: ignore[arg-type]
            data=assessed.booster.card.data,
            changes=changes(version_before(own_row, earlier), own_row),
            unchanged=scored.clear(),
            limit=end,
            clearing=_clearing(assessed, matrix[at], end, usual[end]),
            counterfactual=None,
        )
    return [one for one in made if one is not None]


def _named(rows: pl.DataFrame, box: Box, settings: Settings) -> pl.DataFrame:
    """The row that `box` names."""
    bill, container = (None, box) if isinstance(box, str) else box
    bill, container = frame.key(rows, container, bill, settings)
    return rows.filter(bill_of_lading=bill, container_number=container)


def _usual(assessed: Assessment, limit: float | None) -> dict[str, float]:
    """What features usually are in the rows below the `limit`, a margin."""
    if limit is None:
        return {}
    below = assessed.matrix.filter(assessed.scores["margin"] < limit)
    return checks.usual(assessed.booster.card.reference, below)


def _clearing(
    assessed: Assessment, flag: pl.DataFrame, limit: float | None, usual: Mapping[str, float]
) -> pl.DataFrame:
    """What would take the row `flag` of the matrix below the `limit`; no row without one."""
    flags = flag.clear() if limit is None else flag
    end = -math.inf if limit is None else limit
    return what_would_clear(flags, assessed.booster, end, assessed.catalogue, usual=usual)
