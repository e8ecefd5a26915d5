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
"""The consignment to explain: a container number or, where the container is on several bills, (bill, container)."""


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
    """Explain one consignment of a manifest in full: reasons, contributions, and what would clear it.

    The whole manifest is scored, because some features compare a consignment with the others of its ship. If the
    consignment was amended, the manifest is scored again with the version before, to show what the amendment changed.

    Args:
        consignments: what `read` returns, or a table of canonical columns, one row per consignment.
        box: container number, or (bill, container) where the container is on several bills.
        past: what was filed and found before. Without it every party, lane and container is new.
        model: folder of a model, or its name in the folder of models; None for the champion.
        settings: own fields of a service, from `read_settings`.
        limit: where the red lane ends, as a probability (float, 0 to 1) or as a number of consignments (int); by
            default the riskiest 1%. For a consignment in the lane, the explanation names checks that would take it out.
        language: language of the sentences.

    Returns:
        The explanation. A notebook shows it as a table; `draw` writes it as a picture.

    Raises:
        SettingsError: if `box` matches no consignment or more than one, or `limit` is out of range.
        ManifestError: if a table lacks a required column, has other types, or has a consignment twice.
        ModelError: if the model is damaged or uses features that the catalogue declares differently.

    Example::

        import riskscore

        manifest = riskscore.read("sample_manifests/haiphong-2019.csv")
        past = riskscore.Past(history=riskscore.read_history(["sample_manifests/history.parquet"]))
        why = riskscore.explain(manifest, "RKHU4103273", past)
        why.contributions.head(5)
    """
    rows, past = inputs(consignments, past, settings)
    filed = _named(rows, box, settings)
    booster, catalogue = load_model(model, settings), own.catalogue(settings)
    assessed = Assessment.of(rows, past, booster, catalogue)
    progress.step("explaining")
    lane = max(1, math.ceil(EXPLAINED * rows.height)) if limit is None else limit
    end = limits.margin(assessed.scores, lane, booster.calibration)
    explained = explain_all(assessed, filed.select(KEY), past.earlier, [end], language)[0]
    before = version_before(filed, past.earlier)
    if past.earlier is None or not before.height:
        return explained
    progress.step("comparing with the version before")
    others = past.earlier.join(before, on=[*KEY, "filed_at", "version"], how="anti", nulls_equal=True)
    former = pl.concat([rows.join(filed, on=KEY, how="anti", maintain_order="left"), before])
    ranked = Assessment.of(former, replace(past, earlier=others), booster, catalogue).ranked()
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
    """Score an explained consignment again with other values in some fields, and show what moves.

    Args:
        consignments: the same as for `explain`, like `past`, `model`, `settings` and `language`.
        explained: what `explain` returned.
        values: new values by field name, as text, in any form that a manifest may have ("18 t" for a weight).
        past: what was filed and found before.
        model: folder of a model, or its name in the folder of models; None for the champion.
        settings: own fields of a service, from `read_settings`.
        language: language of the sentences.

    Returns:
        `explained` with its `counterfactual`, that is the new score, the features and the reasons that changed.

    Raises:
        SettingsError: if a field cannot be set, or its new value cannot be read.

    Example::

        import riskscore

        manifest = riskscore.read("sample_manifests/haiphong-2019.csv")
        why = riskscore.explain(manifest, "RKHU4103273")
        changed = riskscore.explain_changed(manifest, why, {"gross_weight_kg": "18 t"})
        changed.counterfactual.scored["probability"].item()
    """
    rows, past = inputs(consignments, past, settings)
    filed = explained.consignment
    changed = set_fields(filed, values, settings)
    progress.step("assessing it as changed")
    others = rows.join(filed, on=KEY, how="anti", maintain_order="left")
    assessed = Assessment.of(pl.concat([others, changed]), past, load_model(model, settings), own.catalogue(settings))
    now = explain_all(assessed, filed.select(KEY), past.earlier, [None], language)[0]
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

    `wanted` has KEY and, where a red lane is known, `limit`: the margin at which it ends for that consignment. The
    effect of amendments on the score is left out, because each one would need another ranking. Raises SettingsError
    if a consignment in `wanted` was not assessed.
    """
    unknown = wanted.join(assessed.rows, on=KEY, how="anti")
    if unknown.height:
        raise SettingsError(f"bill {unknown.row(0)[0]}, container {unknown.row(0)[1]} is not among the consignments")
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
    """Explain the consignments in `wanted` (KEY), in its order; `ends` has the margin at which each red lane ends."""
    order = wanted.with_row_index("place")
    numbered = assessed.rows.select(KEY).with_row_index("row").join(order, on=KEY, how="inner").sort("row")
    chosen = numbered["row"]
    reasons, moved = assessed.explain(chosen, language)
    matrix, filed = assessed.matrix[chosen], assessed.rows[chosen].drop("started", strict=False)
    ranked = with_reasons(assessed.ranked().join(wanted, on=KEY, how="semi"), reasons)
    average = assessed.scores["probability"].mean()
    usual = {end: _usual(assessed, end) for end in set(ends)}
    explained: list[Explanation | None] = [None] * wanted.height
    for at, place in enumerate(numbered["place"]):
        contributions, consignment, end = moved.row(at), filed[at], ends[place]
        scored = ranked.join(consignment.select(KEY), on=KEY, how="semi")
        explained[place] = Explanation(
            consignment=consignment,
            scored=scored,
            contributions=by_feature(contributions, matrix[at], assessed.catalogue),
            moved=contributions,
            base=moved.base,
            among=assessed.rows.height,
            average=float(average),  # type: ignore[arg-type]
            data=assessed.booster.card.data,
            changes=changes(version_before(consignment, earlier), consignment),
            unchanged=scored.clear(),
            limit=end,
            clearing=_clearing(assessed, matrix[at], end, usual[end]),
            counterfactual=None,
        )
    return [explanation for explanation in explained if explanation is not None]


def _named(rows: pl.DataFrame, box: Box, settings: Settings) -> pl.DataFrame:
    """Return the row that `box` names."""
    bill, container = (None, box) if isinstance(box, str) else box
    bill, container = frame.key(rows, container, bill, settings)
    return rows.filter(bill_of_lading=bill, container_number=container)


def _usual(assessed: Assessment, limit: float | None) -> dict[str, float]:
    """Return the usual values of features among the rows with a margin below `limit`."""
    if limit is None:
        return {}
    below = assessed.matrix.filter(assessed.scores["margin"] < limit)
    return checks.usual(assessed.booster.card.reference, below)


def _clearing(
    assessed: Assessment, flag: pl.DataFrame, limit: float | None, usual: Mapping[str, float]
) -> pl.DataFrame:
    """Return what would take the matrix row `flag` below `limit`; an empty frame without a limit."""
    flags = flag.clear() if limit is None else flag
    end = -math.inf if limit is None else limit
    return what_would_clear(flags, assessed.booster, end, assessed.catalogue, usual=usual)
