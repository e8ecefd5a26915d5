"""Evaluate: how well a stored model would have done on manifests whose outcomes are known by now.

    scored rows ─┬─▶ overall · without rip-on/rip-off · random share: shares, capacity, quantities
    labels ──────┼─▶ by commodity, scheme, port, lane, and for parties never seen
    capacity ────┴─▶ calibration, and of it the random share ; curves

Every consignment is scored as of its own day. With a simulation's truth all of them count; with outcomes alone only
the inspected ones do, which were chosen for being suspicious and so are no sample of the rest: the result says so,
and gives the random inspections apart where they found enough.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskscore.features.catalogue import Catalogue, load
from riskscore.history.past import NOTHING, Past
from riskscore.model import smoothing
from riskscore.model.booster import Booster
from riskscore.scoring.score import score
from riskscore.selection.capacity import Capacities
from riskscore.training import metrics, reliability, resamples
from riskscore.training.capacity import Openings, openings
from riskscore.training.curves import curve
from riskscore.training.dataset import Dataset, dataset
from riskscore.training.groups import Groups
from riskscore.training.labels import Labels

TRACELESS = "rip_on_rip_off"
"""The scheme that leaves nothing in the documents; judged with and without."""

NOTES = {
    "truth": "Judged on the simulation's truth about every consignment.",
    "outcomes": "Judged on inspected consignments alone, which were chosen and are no sample: recall is that among "
    "the inspected, and says nothing about what was never opened.",
}

FEWEST_RANDOM = 5
"""Seizures that random inspections must have made to be judged apart."""

NO_PORT = "(no port)"

TOO_MANY = 0.5
"""Share of all consignments above which a capacity says little of their order."""


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

    `past` has the consignments filed before, for the ledger alone, and superseded versions; `catalogue` is the
    booster's. Returns what `judged` does, and besides `by_port`, `by_lane` and the points of a `curve`, which are too
    much for a card. Raises TrainingError where nothing is labelled or only one label occurs.
    """
    measured = smoothing.catalogue_for(booster.card, catalogue or load())
    data = dataset(consignments, labels, past, measured)
    scored = score(data.matrix, booster)
    found = judged(scored, data, capacity=capacity, seed=seed)
    rows, margins = filled(data.rows), scored["margin"].to_numpy()
    opened = _openings(rows, scored, capacity or Capacities()).opened
    groups = Groups.of(margins, data.target, opened)
    ports = _by_ports(["port_of_discharge"], rows, groups)
    if not ports:
        found["not_judged"].append("Ports and lanes: no consignment names a port, so that all count as one port.")
    return {
        **found,
        "by_port": ports,
        "by_lane": _by_ports(["port_of_loading", "port_of_discharge"], rows, groups),
        "curve": curve(margins, data.target, clusters=resamples.clusters(rows)[1], seed=seed),
    }


def judged(scored: pl.DataFrame, data: Dataset, *, capacity: Capacities | None = None, seed: int = 0) -> dict[str, Any]:
    """Judge ready scores of the rows of `data`, in the same order.

    `overall`, `without_rip_on_rip_off` and `random` are what `metrics.judge` returns, or None where one label is
    missing or nothing sets them apart; `by_commodity`, `by_scheme` and `cold_start` are lists of `groups`; `capacity`
    is what was offered in all, `calibration` has `bins` and the checks of `all` and `random`; `not_judged` says in
    sentences what is missing. Without `capacity` each port opens as many boxes as `Capacities()` says.
    """
    rows, target = filled(data.rows), data.target
    margins, probabilities = scored["margin"].to_numpy(), scored["probability"].to_numpy()
    capacities = capacity or Capacities()
    everything = np.ones(rows.height, np.bool_)
    opening = _openings(rows, scored, capacities)

    def judge(at: NDArray[np.bool_], opened: NDArray[np.bool_] | None) -> dict[str, Any]:
        kept = rows.filter(at)
        resampled, clusters = resamples.clusters(kept)
        figures = metrics.judge(
            margins[at],
            target[at],
            probabilities[at],
            kilograms=kept["quantity_kg"].cast(pl.Float64).to_numpy(),
            opened=opened,
            clusters=clusters,
            seed=seed,
        )
        return {"resampled": resampled, **figures}

    def part(at: NDArray[np.bool_], capacities: Capacities | None) -> dict[str, Any] | None:
        if not 0 < target[at].sum() < at.sum():
            return None
        kept = None if capacities is None else _openings(rows.filter(at), scored.filter(at), capacities)
        return judge(at, None if kept is None else kept.opened)

    overall = judge(everything, opening.opened)
    groups = Groups.of(margins, target, opening.opened)
    traced = ~rows["scheme"].fill_null("").str.contains(TRACELESS).to_numpy()
    random = (rows["selected_by"] == "random").fill_null(False).to_numpy()
    fit = {"all": reliability.check(probabilities, target, seed=seed), "random": None}
    if random.any():
        fit["random"] = reliability.check(probabilities[random], target[random], seed=seed)
    enough = data.labels == "outcomes" and int(target[random].sum()) >= FEWEST_RANDOM
    found: dict[str, Any] = {
        "labels": data.labels,
        "note": NOTES[data.labels],
        "period": {"first": str(rows["day"].min()), "last": str(rows["day"].max()), "days": rows["day"].n_unique()},
        "overall": overall,
        "without_rip_on_rip_off": None if traced.all() else part(traced, capacities),
        "random": part(random, None) if enough else None,
        "capacity": {"default": capacities.default.boxes, **opening.counts()},
        "reliability": reliability.reliability(probabilities, target),
        "calibration": {"bins": reliability.bins(probabilities, target), **fit},
        "by_commodity": groups.kinds(rows["commodity"]),
        "by_scheme": groups.kinds(rows["scheme"]),
        "cold_start": _cold_start(data.matrix, groups),
    }
    return {**found, "not_judged": _not_judged(found, int(random.sum()), int(target[random].sum()))}


def filled(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with the columns that are judged by, null where a dataset was made without them."""
    wanted = {"port_of_loading": pl.String, "port_of_discharge": pl.String, "quantity_kg": pl.Float64}
    return rows.with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in wanted.items() if name not in rows.columns
    )


def _openings(rows: pl.DataFrame, scored: pl.DataFrame, capacities: Capacities) -> Openings:
    """What is opened where there are these rows and no others."""
    return openings(rows["day"], rows["port_of_discharge"], scored["rank"], capacities)


def _by_ports(ports: list[str], rows: pl.DataFrame, groups: Groups) -> list[dict[str, Any]]:
    """Groups by the columns `ports` in their order, or none where no row has any."""
    if all(rows[name].null_count() == rows.height for name in ports):
        return []
    names = rows.select(pl.concat_str([pl.col(name).fill_null(NO_PORT) for name in ports], separator=" > "))
    return groups.parts(names.to_series())


def _cold_start(matrix: pl.DataFrame, groups: Groups) -> list[dict[str, Any]]:
    """Groups by whether the ledger has seen the parties before; they overlap. A party that is not named is neither."""
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


def _not_judged(found: dict[str, Any], random: int, seized: int) -> list[str]:
    """What could not be judged and why, in sentences."""
    overall, outcomes = found["overall"], found["labels"] == "outcomes"
    missing = []
    if overall["capacity"]["share"] > TOO_MANY:
        missing.append(
            f"The order by what the capacity finds: it opens {overall['capacity']['share']:.0%} of everything anyway."
        )
    if overall["quantity_kg"] is None:
        missing.append("Kilograms: no quantity is known of anything found.")
    elif overall["unweighed"]:
        missing.append(
            f"Kilograms of {overall['unweighed']:,} of {overall['positives']:,} finds that nobody weighed; they count "
            "as nothing there."
        )
    if not found["by_scheme"]:
        missing.append("Kinds of scheme: only a simulation knows them.")
    if not found["by_commodity"]:
        missing.append("Commodities: none is named of anything found.")
    if not found["cold_start"]:
        missing.append("Parties never seen: the model's features do not count what parties did before.")
    if outcomes and not found["random"]:
        missing.append(
            f"The ranking on the random share: {random:,} random inspections with {seized:,} seizures; it takes "
            f"{FEWEST_RANDOM}, and some without."
        )
    if not random:
        missing.append("Calibration on the random share: no inspection was at random.")
    return missing
