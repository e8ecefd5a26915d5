"""Evaluate: how well a stored model would have done on manifests whose outcomes are now known.

    scored rows ─┬─▶ overall · without rip-on/rip-off · random share: shares, capacity, quantities
    labels ──────┼─▶ by commodity, scheme, port, lane, and for parties without a history
    capacity ────┴─▶ calibration, also on the random share; curves

Every consignment is scored as of its own day. With a simulation's truth all of them count. With outcomes only the
inspected ones count; they were selected because they looked suspicious, so they are not a random sample. The result
says so, and judges the random inspections separately if they found enough.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskscore.features.catalogue import Catalogue, load
from riskscore.history.past import NOTHING, Past
from riskscore.judging import metrics, reliability, resamples
from riskscore.judging.capacity import Openings, openings
from riskscore.judging.curves import curve
from riskscore.judging.groups import Groups
from riskscore.model import smoothing
from riskscore.model.booster import Booster
from riskscore.scoring.score import score
from riskscore.selection.capacity import Capacities
from riskscore.training import giveaways
from riskscore.training.dataset import Dataset, dataset
from riskscore.training.labels import Labels

TRACELESS = "rip_on_rip_off"
"""The scheme that leaves no trace in the documents; results are given with and without it."""

NOTES = {
    "truth": "Tested against the simulation's truth about every consignment.",
    "outcomes": "Tested on inspected consignments only. They were selected and are not a random sample: recall is the "
    "recall among inspected consignments, and says nothing about what was never opened.",
}

FEWEST_RANDOM = 5
"""Seizures from random inspections that are needed to judge these separately."""

NO_PORT = "(no port)"

TOO_MANY = 0.5
"""Share of all consignments above which a capacity says little about their order."""


def evaluate(
    booster: Booster,
    consignments: pl.DataFrame,
    labels: Labels,
    past: Past = NOTHING,
    *,
    catalogue: Catalogue | None = None,
    capacity: Capacities | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """Judge `booster` on `consignments`; see the module. Ready for JSON, for `model.tables` and for a page.

    `past` has consignments filed before, for the ledger only, and superseded versions; `catalogue` has the features of
    the booster. Returns what `judge_scores` returns, and also `by_port`, `by_lane` and the points of a `curve`, which
    are too long for a card. Raises TrainingError if nothing is labelled, only one label occurs, or a feature of the
    model alone tells finds from the rest.
    """
    measured = smoothing.catalogue_for(booster.card, catalogue or load())
    data = dataset(consignments, labels, past, measured)
    giveaways.check([data], measured, list(booster.card.features))
    scored = score(data.matrix, booster)
    figures = judge_scores(scored, data, capacity=capacity, seed=seed)
    rows, margins = with_optional_columns(data.rows), scored["margin"].to_numpy()
    opened = _openings(rows, scored, capacity or Capacities()).opened
    groups = Groups.of(margins, data.target, opened)
    ports = _by_ports(["port_of_discharge"], rows, groups)
    if not ports:
        figures["not_judged"].append("Ports and lanes: no consignment has a port, so all count as one port.")
    return {
        **figures,
        "by_port": ports,
        "by_lane": _by_ports(["port_of_loading", "port_of_discharge"], rows, groups),
        "curve": curve(margins, data.target, clusters=resamples.clusters(rows)[1], seed=seed),
    }


def judge_scores(
    scored: pl.DataFrame, data: Dataset, *, capacity: Capacities | None = None, seed: int = 0
) -> dict[str, Any]:
    """Judge the scores of the rows of `data`, in the same order.

    Returns `overall`, `without_rip_on_rip_off` and `random`, as `metrics.judge` returns them, or None if a label is
    missing or the part equals the whole; `by_commodity`, `by_scheme` and `cold_start`, lists of `groups`; `capacity`,
    the total that was offered; `calibration` with `bins` and the checks of `all` and `random`; `not_judged`, sentences
    about what is missing. Without `capacity` each port opens as many boxes as `Capacities()` has.
    """
    rows, target = with_optional_columns(data.rows), data.target
    margins, probabilities = scored["margin"].to_numpy(), scored["probability"].to_numpy()
    capacities = capacity or Capacities()
    everything = np.ones(rows.height, np.bool_)
    everywhere = _openings(rows, scored, capacities)

    def judge(at: NDArray[np.bool_], opened: NDArray[np.bool_] | None) -> dict[str, Any]:
        subset = rows.filter(at)
        resampled, clusters = resamples.clusters(subset)
        figures = metrics.judge(
            margins[at],
            target[at],
            probabilities[at],
            kilograms=subset["quantity_kg"].cast(pl.Float64).to_numpy(),
            opened=opened,
            clusters=clusters,
            seed=seed,
        )
        return {"resampled": resampled, **figures}

    def part(at: NDArray[np.bool_], capacities: Capacities | None) -> dict[str, Any] | None:
        if not 0 < target[at].sum() < at.sum():
            return None
        opening = None if capacities is None else _openings(rows.filter(at), scored.filter(at), capacities)
        return judge(at, None if opening is None else opening.opened)

    overall = judge(everything, everywhere.opened)
    groups = Groups.of(margins, target, everywhere.opened)
    traced = ~rows["scheme"].fill_null("").str.contains(TRACELESS).to_numpy()
    random = (rows["selected_by"] == "random").fill_null(False).to_numpy()
    fit = {"all": reliability.check(probabilities, target, seed=seed), "random": None}
    if random.any():
        fit["random"] = reliability.check(probabilities[random], target[random], seed=seed)
    enough = data.labels == "outcomes" and int(target[random].sum()) >= FEWEST_RANDOM
    figures: dict[str, Any] = {
        "labels": data.labels,
        "note": NOTES[data.labels],
        "period": {"first": str(rows["day"].min()), "last": str(rows["day"].max()), "days": rows["day"].n_unique()},
        "overall": overall,
        "without_rip_on_rip_off": None if traced.all() else part(traced, capacities),
        "random": part(random, None) if enough else None,
        "capacity": {"default": capacities.default.boxes, **everywhere.counts()},
        "reliability": reliability.reliability(probabilities, target),
        "calibration": {"bins": reliability.bins(probabilities, target), **fit},
        "by_commodity": groups.kinds(rows["commodity"]),
        "by_scheme": groups.kinds(rows["scheme"]),
        "cold_start": _cold_start(data.matrix, groups),
    }
    return {**figures, "not_judged": _not_judged(figures, int(random.sum()), int(target[random].sum()))}


def with_optional_columns(rows: pl.DataFrame) -> pl.DataFrame:
    """Return `rows` with ports and quantity, as null columns if a dataset was made without them."""
    wanted = {"port_of_loading": pl.String, "port_of_discharge": pl.String, "quantity_kg": pl.Float64}
    return rows.with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in wanted.items() if name not in rows.columns
    )


def _openings(rows: pl.DataFrame, scored: pl.DataFrame, capacities: Capacities) -> Openings:
    """Return what is opened if only these rows were filed."""
    return openings(rows, scored["rank"], capacities)


def _by_ports(ports: list[str], rows: pl.DataFrame, groups: Groups) -> list[dict[str, Any]]:
    """Return groups by the columns `ports`, or none if no row has a port."""
    if all(rows[name].null_count() == rows.height for name in ports):
        return []
    names = rows.select(pl.concat_str([pl.col(name).fill_null(NO_PORT) for name in ports], separator=" > "))
    return groups.parts(names.to_series())


def _cold_start(matrix: pl.DataFrame, groups: Groups) -> list[dict[str, Any]]:
    """Return groups by whether the parties have a history; they overlap. A party that is not named is in neither."""
    if not {"consignee_before", "shipper_before"} <= set(matrix.columns):
        return []
    consignee, shipper = pl.col("consignee_before"), pl.col("shipper_before")
    masks = matrix.select(
        (consignee == 0).alias("consignee never seen"),
        (shipper == 0).alias("shipper never seen"),
        ((consignee == 0) & (shipper == 0)).alias("both never seen"),
        ((consignee > 0) & (shipper > 0)).alias("both seen before"),
        (consignee.is_null() | shipper.is_null()).alias("one not named"),
    ).fill_null(False)
    return [groups.part(mask.name, mask.to_numpy()) for mask in masks if mask.any()]


def _not_judged(figures: dict[str, Any], random: int, seized: int) -> list[str]:
    """Return sentences about what could not be judged and why."""
    overall, outcomes = figures["overall"], figures["labels"] == "outcomes"
    missing = []
    if overall["capacity"]["share"] > TOO_MANY:
        missing.append(
            f"The ranking at capacity: it opens {overall['capacity']['share']:.0%} of all consignments anyway."
        )
    if overall["quantity_kg"] is None:
        missing.append("Kilograms: no quantity is known for any find.")
    elif overall["unweighed"]:
        missing.append(
            f"Kilograms of {overall['unweighed']:,} of {overall['positives']:,} finds, which were not weighed; they "
            "count as 0 kg."
        )
    if not figures["by_scheme"]:
        missing.append("Schemes: only a simulation knows them.")
    if not figures["by_commodity"]:
        missing.append("Commodities: no find has one.")
    if not figures["cold_start"]:
        missing.append("Parties without a history: no feature of the model counts what parties filed before.")
    if outcomes and not figures["random"]:
        missing.append(
            f"The ranking on the random share: {random:,} random inspections made {seized:,} seizures; at least "
            f"{FEWEST_RANDOM} are needed, and at least one box without a seizure."
        )
    if not random:
        missing.append("Calibration on the random share: no box was opened at random.")
    return missing
