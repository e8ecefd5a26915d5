"""The engine: what the command line and Python do with manifests, in one order, frames in and frames out.

    read ─▶ score ─▶ a ranked frame with reasons        simulate ─▶ train ─▶ a model folder ─▶ evaluate
              └────▶ explain: one consignment in full

Each function is a thin thread through the parts below it; none of them keeps anything between calls.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from riskscore import service as services
from riskscore import settings
from riskscore.cases import Inspected, gather
from riskscore.cases.inspected import Whole
from riskscore.errors import SettingsError
from riskscore.explain import checks, limits
from riskscore.explain.altered import Altered, what_moved
from riskscore.explain.altered import reasons as other_reasons
from riskscore.explain.by_feature import by_feature
from riskscore.explain.changes import changes, differences, version_before
from riskscore.explain.contributions import Contributions, contributions
from riskscore.explain.explanation import Explanation
from riskscore.explain.reasons import reasons
from riskscore.explain.settle import what_would_clear
from riskscore.features import build, own
from riskscore.features.catalogue import Catalogue
from riskscore.features.evidence import evidence
from riskscore.history import keys, profiles
from riskscore.history.balances import Balances
from riskscore.history.filings import STARTED
from riskscore.language import ENGLISH, Language
from riskscore.manifest import given, schema
from riskscore.manifest import outcomes as findings
from riskscore.manifest import read as reader
from riskscore.manifest.log import read_log
from riskscore.manifest.setting import set_fields
from riskscore.model import strengths
from riskscore.model.booster import Booster, note
from riskscore.model.card import Card
from riskscore.scoring import score as scoring
from riskscore.selection.capacity import Capacities
from riskscore.service import NONE, Service
from riskscore.simulate.write import simulate
from riskscore.training import evaluate as training
from riskscore.training.explanations.judge import judge
from riskscore.training.train import train, train_on_worlds
from riskscore.training.worlds import read_truth

__all__ = [
    "Explanation",
    "evaluate",
    "explain",
    "explain_each",
    "read",
    "read_outcomes",
    "read_settings",
    "read_truth",
    "score",
    "simulate",
    "train",
    "train_on_worlds",
]

EXPLAIN_SHARE = 0.01
"""Share of the riskiest consignments that get reasons when the caller does not say."""

Progress = Callable[[str], None]
"""Told the name of each step as it begins."""


def read(
    paths: str | Path | Sequence[str | Path], *, columns: str | Path | None = None, service: Service = NONE
) -> reader.Manifest:
    """Read one manifest file or several: CSV, TSV, Parquet, JSON, JSON Lines or XLSX, plain or packed.

    `columns` is a TOML file that says which heading means which canonical column, for headings that are not known;
    `service` says what a service has of its own, as `read_settings` reads it. Raises ManifestError where a file cannot
    be read at all; a row that breaks a rule goes to `quarantine`.
    """
    files = [paths] if isinstance(paths, str | Path) else paths
    return reader.read_many(files, columns=columns, service=service)


def read_settings(path: str | Path) -> Service:
    """Read what a service declares of its own fields, rows and findings; the TOML file is explained in docs/own.md.

    Raises SettingsError where the file cannot be read or says what is not understood.
    """
    return services.read(path)


def read_card(model: str | Path | None = None, service: Service = NONE) -> Card:
    """Read what a model was trained on and how well it does; `model` as in `score`. Raises ModelError if it cannot."""
    return _booster(model, own.catalogue(service)).card


def read_history(paths: Sequence[str | Path], service: Service = NONE, *, more: Sequence[str] = ()) -> pl.DataFrame:
    """Read past consignments from files, patterns or folders: the columns that the ledger looks at, and `more`."""
    return read_log(paths, only=list(dict.fromkeys([*history_columns(service), *more])), service=service)


def read_outcomes(
    path: str | Path | None, *, history: Sequence[str | Path] = (), service: Service = NONE
) -> pl.DataFrame | None:
    """Read what inspections found, and what a service's past manifests say of it; None where neither is there.

    Raises ManifestError where a file cannot be read or has a row that cannot be.
    """
    told = findings.read_findings(history, service)
    given = [] if path is None else [findings.read_outcomes(path, service=service)]
    found = pl.concat([*given, told]).unique(maintain_order=True)
    return found if given or found.height else None


def read_inspected(  # noqa: PLR0913  the past, by name
    history: pl.DataFrame,
    outcomes: pl.DataFrame,
    whole: Whole,
    *,
    before: datetime,
    model: str | Path | None = None,
    service: Service = NONE,
) -> Inspected:
    """Measure what was inspected before a moment, to compare consignments with: see `riskscore.cases.gather`.

    `history` holds what the ledger looks at of all filings, `whole` gives rows in full (`riskscore.cases.sources`).
    """
    known = own.catalogue(service)
    return gather(outcomes, whole, before=before, log=history, booster=_booster(model, known), catalogue=known)


def history_columns(service: Service = NONE) -> list[str]:
    """The columns of past consignments that the ledger looks at."""
    needed = {*schema.KEY, "filed_at", "version", "gross_weight_kg", *keys.NEEDS, *profiles.of(service).sources}
    return [name for name in schema.columns(service) if name in needed]


def score(  # noqa: PLR0913  the frames that a score rests on, by name
    consignments: pl.DataFrame,
    *,
    history: pl.DataFrame | None = None,
    outcomes: pl.DataFrame | None = None,
    earlier: pl.DataFrame | None = None,
    balances: Balances | None = None,
    model: str | Path | None = None,
    explain_share: float = EXPLAIN_SHARE,
    top: int = 0,
    keep: Sequence[str] = (),
    also: Callable[[pl.DataFrame], pl.DataFrame] | None = None,
    watch: Callable[[pl.DataFrame], None] | None = None,
    service: Service = NONE,
    language: Language = ENGLISH,
    progress: Progress | None = None,
) -> pl.DataFrame:
    """Rank consignments by risk, riskiest first, with reasons for those at the top.

    Args:
        consignments: canonical columns (`schema.COLUMNS`), one row a consignment; missing columns are null.
        history: consignments filed before, same columns; only days before a consignment's own count.
        outcomes: what inspections found, columns of `schema.OUTCOME`; each counts from the day it became known.
        earlier: superseded versions of the same consignments, as `read` returns them.
        balances: the past as a ledger keeps it, instead of `history` and `outcomes`; it holds the consignments
            themselves already, which then say when each of them `started`.
        model: folder of a model, or the name of one under `settings.models()`; None takes the champion of these, or
            the one that ships where none was promoted.
        explain_share: share of the consignments (0 to 1) that get reasons, the riskiest ones.
        top: at least so many get reasons.
        keep: names of features whose values are given beside the scores.
        also: told every score (what is returned, without reasons), gives the KEY of rows that get reasons besides.
        watch: shown every feature (a column each) and the `margin`, a row a consignment, in their order.
        service: what the service declares of its own; the consignments have its fields behind the canonical columns.
        language: in which reasons, checks and what could not be assessed are told.
        progress: told the name of each step as it begins.

    Returns one row for each consignment: bill_of_lading, container_number, filed_at, port_of_loading,
    port_of_discharge, probability, margin (log-odds), rank (1 = riskiest), reasons and mitigating (lists of structs:
    indicator, feature, sentence, check, contribution), not_assessed (list), model (its version), catalogue (hash of
    what was measured and said), scored_at. Reasons are null in rows that were not explained.
    Raises ManifestError where consignments or outcomes lack a required column or have other types, where a
    consignment is there twice, SettingsError for a share that is none, ModelError where the model does not fit.
    """
    if not 0 <= explain_share <= 1:
        raise SettingsError(f"explain_share is a share of the consignments from 0 to 1, not {explain_share:g}")
    rows = given.consignments(consignments, service)
    if balances is not None:
        rows = rows.with_columns(consignments[STARTED])
    past = {"log": history, "outcomes": given.outcomes(outcomes), "earlier": earlier, "balances": balances}
    assessed = _assess(rows, model, own.catalogue(service), progress, **past)
    if watch is not None:
        watch(assessed.matrix.with_columns(assessed.scored["margin"]))
    scored = _scored(rows, assessed, keep)
    wanted = pl.col("rank") <= max(top, math.ceil(explain_share * rows.height))
    if also is not None:
        wanted |= pl.struct(schema.KEY).is_in(also(scored).select(pl.struct(schema.KEY)).to_series().implode())
    _tell(progress, f"explaining {assessed.scored.select(wanted.sum()).item():,}")
    told, _ = assessed.explain(wanted, language)
    return _told(scored, told)


def explain(  # noqa: PLR0913
    consignments: pl.DataFrame,
    container: str | None = None,
    *,
    bill: str | None = None,
    history: pl.DataFrame | None = None,
    outcomes: pl.DataFrame | None = None,
    earlier: pl.DataFrame | None = None,
    model: str | Path | None = None,
    limit: float | None = None,
    changed: Mapping[str, str] | None = None,
    service: Service = NONE,
    language: Language = ENGLISH,
    progress: Progress | None = None,
) -> Explanation:
    """Explain one consignment of a manifest in full; arguments as in `score`.

    The whole manifest is ranked, because a consignment is judged beside the others of its ship; where it was amended,
    once more with the version before in its place, which shows what the amendment did.

    Args:
        limit: where the red lane ends, as a probability (float) or as how many are in it (int); EXPLAIN_SHARE of the
            consignments by default. Of a consignment in it is said which checks would take it out.
        changed: field -> text: the consignment is assessed once more as if its manifest had said so.

    Raises SettingsError where no consignment, or more than one, has that `container` (and `bill`), where the limit is
    none, or where a field cannot be set to a text.
    """
    rows = given.consignments(consignments, service)
    bill, container = given.key(rows, container, bill, service)
    named = (pl.col("bill_of_lading") == bill) & (pl.col("container_number") == container)
    filed = rows.filter(named)
    other = set_fields(filed, changed, service) if changed else None
    past = {"log": history, "outcomes": given.outcomes(outcomes)}
    known = own.catalogue(service)
    assessed = _assess(rows, model, known, progress, **past, earlier=earlier)
    _tell(progress, "explaining")
    lane = max(1, math.ceil(EXPLAIN_SHARE * rows.height)) if limit is None else limit
    end = limits.margin(assessed.scored, lane, assessed.booster.calibration)
    explained = assessed.each(rows, filed.select(schema.KEY), end, earlier, language)[0]
    before = version_before(filed, earlier)
    if earlier is not None and before.height:
        _tell(progress, "comparing with the version before")
        others = earlier.join(before, on=[*schema.KEY, "filed_at", "version"], how="anti", nulls_equal=True)
        former = pl.concat([rows.filter(~named), before])
        unchanged = _scored(former, _assess(former, model, known, None, **past, earlier=others)).filter(named)
        explained = replace(explained, unchanged=unchanged)
    if other is not None:
        _tell(progress, "assessing it as changed")
        instead = pl.concat([rows.filter(~named), other])
        anew = _assess(instead, model, known, None, **past, earlier=earlier)
        changed_to = anew.each(instead, filed.select(schema.KEY), None, earlier, language)[0]
        altered = Altered(
            fields=differences(filed, other, rows.columns),
            scored=changed_to.scored,
            features=what_moved(explained.contributions, changed_to.contributions),
            reasons=other_reasons(explained.scored, changed_to.scored),
        )
        explained = replace(explained, altered=altered)
    return explained


def explain_each(  # noqa: PLR0913
    consignments: pl.DataFrame,
    wanted: pl.DataFrame,
    *,
    history: pl.DataFrame | None = None,
    outcomes: pl.DataFrame | None = None,
    earlier: pl.DataFrame | None = None,
    balances: Balances | None = None,
    model: str | Path | None = None,
    service: Service = NONE,
    language: Language = ENGLISH,
    progress: Progress | None = None,
) -> list[Explanation]:
    """Explain several consignments at once, in the order of `wanted`; other arguments as in `score`.

    `wanted` has KEY and, where a red lane is known, `limit`, the margin at which it ends for that consignment. What an
    amendment did to the score is left out, because each would have to be ranked once more. Raises as `score` does, and
    SettingsError where one that is wanted is not among the consignments.
    """
    rows = given.consignments(consignments, service)
    if balances is not None:
        rows = rows.with_columns(consignments[STARTED])
    lost = wanted.join(rows, on=schema.KEY, how="anti")
    if lost.height:
        raise SettingsError(f"bill {lost.row(0)[0]}, container {lost.row(0)[1]} is not among the consignments")
    past = {"log": history, "outcomes": given.outcomes(outcomes), "earlier": earlier, "balances": balances}
    assessed = _assess(rows, model, own.catalogue(service), progress, **past)
    _tell(progress, f"explaining {wanted.height:,}")
    ends = wanted["limit"].to_list() if "limit" in wanted.columns else None
    return assessed.each(rows.select(*schema.columns(service)), wanted.select(schema.KEY), ends, earlier, language)


def evaluate(  # noqa: PLR0913
    consignments: pl.DataFrame,
    outcomes: pl.DataFrame | None,
    *,
    model: str | Path | None = None,
    truth: pl.DataFrame | None = None,
    history: pl.DataFrame | None = None,
    earlier: pl.DataFrame | None = None,
    capacity: Capacities | None = None,
    seed: int = 0,
    service: Service = NONE,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Judge a model on consignments whose outcomes are known; see `riskscore.training.evaluate` for what it returns.

    Frames as in `score`; `truth` is what a simulation knows about every consignment, `capacity` how many boxes each
    port opens a day (10 without it). Raises TrainingError where nothing is labelled or only one label occurs.
    """
    known = own.catalogue(service)
    booster = _booster(model, known)
    _tell(progress, f"judging {consignments.height:,}")
    rows = given.consignments(consignments, service)
    found = given.outcomes(outcomes)
    past = {"truth": truth, "history": history, "earlier": earlier}
    return training.evaluate(booster, rows, found, **past, catalogue=known, capacity=capacity, seed=seed)


def judge_explanations(  # noqa: PLR0913
    consignments: pl.DataFrame,
    truth: pl.DataFrame | None,
    *,
    outcomes: pl.DataFrame | None = None,
    model: str | Path | None = None,
    history: pl.DataFrame | None = None,
    earlier: pl.DataFrame | None = None,
    seed: int = 0,
    service: Service = NONE,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Judge the reasons of a model on a simulated world; frames as in `evaluate`, see `training.explanations.judge`."""
    known = own.catalogue(service)
    _tell(progress, "judging the explanations")
    past = {"history": history, "outcomes": given.outcomes(outcomes), "earlier": earlier}
    rows = given.consignments(consignments, service)
    return judge(_booster(model, known), rows, truth, catalogue=known, **past, seed=seed)


def keep_explanations(model: str | Path, judged: Mapping[str, Any]) -> Path:
    """Write what `judge_explanations` found into the card of a model; return its folder. Raises as models are read."""
    folder = settings.model_folder(model)
    note(folder, explanations=judged)
    return folder


@dataclass(frozen=True, slots=True)
class _Assessed:
    """Every consignment scored, with what is needed to explain some; all frames in the order of the rows."""

    catalogue: Catalogue
    booster: Booster
    facts: pl.DataFrame
    matrix: pl.DataFrame
    scored: pl.DataFrame

    def explain(self, which: pl.Expr, language: Language) -> tuple[pl.DataFrame, Contributions]:
        """Reasons (KEY, reasons, mitigating, not_assessed) and contributions of the rows where `which` holds."""
        chosen = self.scored.select(which).to_series()
        matrix = self.matrix.filter(chosen)
        moved = contributions(matrix, self.booster)
        facts = evidence(self.facts.filter(chosen), language)
        return reasons(facts, matrix, moved, self.catalogue, language), moved

    def each(
        self,
        rows: pl.DataFrame,
        wanted: pl.DataFrame,
        limit: float | Sequence[float | None] | None,
        earlier: pl.DataFrame | None,
        language: Language,
    ) -> list[Explanation]:
        """Explain those of `rows` that are `wanted` (KEY), in its order; `limit` is one margin, or one for each."""
        order = wanted.with_row_index("place")
        known = rows.select(schema.KEY).with_row_index("row").join(order, on=schema.KEY, how="inner").sort("row")
        which = pl.int_range(pl.len()).is_in(known["row"].implode())
        told, moved = self.explain(which, language)
        ends = limit if isinstance(limit, Sequence) else [limit] * wanted.height
        matrix, filed = self.matrix.filter(which), rows.filter(which)
        scored = _told(_scored(rows, self).join(wanted, on=schema.KEY, how="semi"), told)
        average = self.scored["probability"].mean()
        usual = {end: self.usual(end) for end in set(ends)}
        made: list[Explanation | None] = [None] * wanted.height
        for at, place in enumerate(known["place"]):
            one, own_row = moved.row(at), filed[at]
            row = scored.join(own_row.select(schema.KEY), on=schema.KEY, how="semi")
            made[place] = Explanation(
                consignment=own_row,
                scored=row,
                contributions=by_feature(one, matrix[at], self.catalogue),
                moved=one,
                base=moved.base,
                among=rows.height,
                average=float(average),  # type: ignore[arg-type]
                data=self.booster.card.data,
                changes=changes(version_before(own_row, earlier), own_row),
                unchanged=row.clear(),
                limit=ends[place],
                clearing=self.clear(matrix[at], ends[place], usual[ends[place]]),
                altered=None,
            )
        return [one for one in made if one is not None]

    def usual(self, limit: float | None) -> dict[str, float]:
        """What features usually are in the rows below the `limit`, a margin."""
        if limit is None:
            return {}
        return checks.usual(self.booster.card.reference, self.matrix.filter(self.scored["margin"] < limit))

    def clear(self, flags: pl.DataFrame, limit: float | None, usual: Mapping[str, float]) -> pl.DataFrame:
        """What would take the rows `flags` of the matrix below the `limit`; no row without one."""
        if limit is None:
            return what_would_clear(flags.clear(), self.booster, -math.inf, self.catalogue, usual=usual)
        return what_would_clear(flags, self.booster, limit, self.catalogue, usual=usual)


def _assess(
    rows: pl.DataFrame, model: str | Path | None, catalogue: Catalogue, progress: Progress | None, **past: Any
) -> _Assessed:
    """Measure and score every row; `past` as in `build.facts`."""
    booster = _booster(model, catalogue)
    catalogue = strengths.of(booster.card, catalogue)
    _tell(progress, f"measuring {rows.height:,}")
    facts = build.facts(rows, **past, catalogue=catalogue)
    matrix = build.matrix(facts, catalogue)
    _tell(progress, f"scoring {rows.height:,}")
    return _Assessed(catalogue, booster, facts, matrix, scoring.score(matrix, booster))


def _booster(model: str | Path | None, catalogue: Catalogue) -> Booster:
    return Booster.load(settings.model_folder(model), catalogue)


def _scored(rows: pl.DataFrame, assessed: _Assessed, keep: Sequence[str] = ()) -> pl.DataFrame:
    """Every row with its score, riskiest first; `keep` names features that stand at its end, null where unknown."""
    now = datetime.now(UTC)
    return (
        rows.select(*schema.KEY, "filed_at", "port_of_loading", "port_of_discharge")
        .with_columns(
            assessed.scored.select("probability", "margin", "rank"),
            model=pl.lit(assessed.booster.name),
            catalogue=pl.lit(assessed.catalogue.hash),
            scored_at=pl.lit(now, schema.UTC),
        )
        .with_columns(
            assessed.matrix[name] if name in assessed.matrix.columns else pl.lit(None, pl.Float32).alias(name)
            for name in keep
        )
        .sort("rank")
    )


def _told(scored: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """Put the reasons of some rows behind the rank of each; null where there are none."""
    joined = scored.join(told, on=schema.KEY, how="left", maintain_order="left")
    reasons = [name for name in told.columns if name not in schema.KEY]
    before = scored.columns[: scored.columns.index("rank") + 1]
    return joined.select(*before, *reasons, *(name for name in scored.columns if name not in before))


def _tell(progress: Progress | None, step: str) -> None:
    if progress is not None:
        progress(step)
