"""Compare riskscore with the script that an analyst would write: pandas, LightGBM, shap.TreeExplainer for every row.

    python bench/naive.py [--rows 20000]

The script computes the features that are easy in pandas: counts and rates of each party's history, shares, weights and
prices compared with the median of the goods, missing fields. Its model has as many trees and leaves as the shipped one,
so that only the rest of the work differs. `riskscore score` runs on the same rows and the same history. Prints a table
and writes build/bench/naive.json.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

import lightgbm
import numpy as np
import pandas as pd
import shap
from night import FOLDER, run, world

from riskscore import folders

PARTIES = ("consignee_name", "shipper_name", "notify_name", "forwarder_name")
PAIRS = (
    ("consignee_name", "chapter"),
    ("consignee_name", "lane"),
    ("shipper_name", "chapter"),
    ("lane",),
    ("lane", "chapter"),
    ("origin_country", "destination_country"),
    ("hs", "origin_country"),
    ("container_number",),
)


def prepared(frame: pd.DataFrame) -> pd.DataFrame:
    """Add day, lane and HS code to consignments."""
    frame = frame.copy()
    frame["day"] = frame["filed_at"].dt.floor("D")
    frame["lane"] = frame["port_of_loading"] + ">" + frame["port_of_discharge"]
    frame["hs"] = frame["hs_codes"].map(lambda codes: codes[0] if codes is not None and len(codes) else None)
    frame["chapter"] = frame["hs"].str[:2]
    for party in PARTIES:
        frame[party] = frame[party].str.upper().str.replace(r"[^A-Z0-9 ]", "", regex=True)
    return frame


def features(night: pd.DataFrame, past: pd.DataFrame, outcomes: pd.DataFrame) -> pd.DataFrame:
    """Return the features of `night`, from history up to the day before it."""
    before = past.merge(
        outcomes[["bill_of_lading", "container_number", "known_at", "finding"]].drop_duplicates(
            ["bill_of_lading", "container_number"], keep="last"
        ),
        on=["bill_of_lading", "container_number"],
        how="left",
    )
    known = before["known_at"].notna() & (before["known_at"] < night["day"].min())
    before["inspected"] = known.astype(float)
    before["seized"] = (known & (before["finding"] == "seizure")).astype(float)
    base = (before["seized"].sum() + 1) / (before["inspected"].sum() + 1000)
    columns: dict[str, pd.Series] = {}
    for keys in [*((party,) for party in PARTIES), *PAIRS]:
        name = "_".join(keys)
        past_of = before.groupby(list(keys)).agg(
            n=("day", "size"),
            first=("day", "min"),
            last=("day", "max"),
            seen=("inspected", "sum"),
            bad=("seized", "sum"),
        )
        history = night[list(keys)].merge(past_of, left_on=list(keys), right_index=True, how="left")
        columns[f"{name}_before"] = history["n"].fillna(0)
        columns[f"{name}_days_since_first"] = (night["day"] - history["first"]).dt.days
        columns[f"{name}_days_since_last"] = (night["day"] - history["last"]).dt.days
        columns[f"{name}_seizure_rate"] = (history["bad"].fillna(0) + 20 * base) / (history["seen"].fillna(0) + 20)
    for keys in PAIRS[:3]:
        columns[f"{'_'.join(keys)}_share"] = columns[f"{'_'.join(keys)}_before"] / columns[f"{keys[0]}_before"]
    for measure in ("gross_weight_kg", "declared_value", "package_count", "volume_m3", "freight_charge"):
        usual = before.groupby("chapter")[measure].median()
        columns[measure] = night[measure]
        columns[f"{measure}_against_chapter"] = np.log(night[measure] / night["chapter"].map(usual))
    columns["price_per_kg"] = night["declared_value"] / night["gross_weight_kg"]
    columns["kg_per_package"] = night["gross_weight_kg"] / night["package_count"]
    columns["description_words"] = night["goods_description"].str.split().str.len()
    columns["vague"] = night["goods_description"].str.contains(r"GENERAL|CARGO|FAK|SAID TO CONTAIN", case=False)
    columns["to_order"] = night["consignee_name"].str.contains(r"TO ORDER|TO THE ORDER", na=False)
    columns["forwarder"] = night["consignee_name"].str.contains(r"FORWARD|LOGISTIC|FREIGHT|SHIPPING", na=False)
    columns["hubs"] = night["transhipment_ports"].map(lambda ports: 0 if ports is None else len(ports))
    columns["missing"] = night.isna().sum(axis=1)
    columns["days_to_arrival"] = (night["arrives_at"] - night["filed_at"]).dt.days
    return pd.DataFrame({name: column.to_numpy(dtype=float, na_value=np.nan) for name, column in columns.items()})


def main() -> None:
    """Measure both, print, and write build/bench/naive.json."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=20_000, help="consignments of the night")
    parser.add_argument("--past", type=int, default=200_000, help="consignments of the year before")
    options = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    folder, outcomes_file, night_file = world(options.rows, options.past)

    start = time.perf_counter()
    night = prepared(pd.read_parquet(night_file))
    past = prepared(pd.concat([pd.read_parquet(day) for day in sorted(folder.glob("*.parquet"))], ignore_index=True))
    read = time.perf_counter()
    matrix = features(night, past, pd.read_parquet(outcomes_file))
    measured = time.perf_counter()
    trees = _model(matrix)
    ready = time.perf_counter()
    trees.predict(matrix, raw_score=True)
    shap.TreeExplainer(trees)(matrix)
    explained = time.perf_counter()

    out = FOLDER / "naive-beside.parquet"
    flags = ["--history", str(folder), "--outcomes", str(outcomes_file), "--out", str(out)]
    usual = run([sys.executable, "-m", "riskscore", "score", str(night_file), *flags])
    all_explained = run([sys.executable, "-m", "riskscore", "score", str(night_file), *flags, "--explain-share", "1"])
    report = {
        "cores": os.cpu_count(),
        "rows": len(night),
        "past": len(past),
        "pandas_features": matrix.shape[1],
        "pandas_read_seconds": round(read - start, 1),
        "pandas_features_seconds": round(measured - read, 1),
        "pandas_score_and_explain_seconds": round(explained - ready, 1),
        "pandas_seconds": round(explained - start - (ready - measured), 1),
        "riskscore_seconds": round(usual.seconds, 1),
        "riskscore_seconds_all_explained": round(all_explained.seconds, 1),
        "riskscore_peak_gb": round(all_explained.peak_gb, 2),
    }
    for name, value in report.items():
        print(f"{name.replace('_', ' '):<34} {value:>12,}")
    Path(FOLDER / "naive.json").write_text(json.dumps(report, indent=1) + "\n", "utf-8")


def _model(matrix: pd.DataFrame) -> lightgbm.Booster:
    """Train trees of the shipped model's size on `matrix` with random labels; their quality does not matter here."""
    shipped = lightgbm.Booster(model_file=str(folders.default_model() / "model.txt"))
    label = np.random.default_rng(0).random(len(matrix)) < 0.02
    settings = {"objective": "binary", "num_leaves": 31, "max_depth": 8, "verbosity": -1, "num_threads": 2}
    return lightgbm.train(settings, lightgbm.Dataset(matrix, label), shipped.num_trees())


if __name__ == "__main__":
    main()
