"""Put published seizures among the honest traffic of a simulated world: how many stand above most of it?

    .venv/bin/python -m bench.seizures [CASES.csv ...] [--seeds 3] [--model default]

    route and goods of the seizure ─┐
    figures of an honest row        ├─▶ a consignment of the last day ─▶ score ─▶ above what 1% or 5% of others pass
    parties of another honest row   ┘

The parties are those of any honest row (`any`), or of one with the same destination and chapter, whose importer is
known for such goods (`known`). The others are rows that are put together in the same way from honest ones alone, so
that only route and goods tell the two apart, or for `known` the honest rows of that day as they were filed. By default
the cases are those of tests/cases/other_contraband_2006_2016.csv; a file for others has the same columns.
"""

from __future__ import annotations

import argparse
import string
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

import riskscore
from riskscore.schema import KEY
from riskscore.simulation.write import simulate
from riskscore.training.worlds import read_truth

CASES = Path(__file__).resolve().parents[1] / "tests" / "cases" / "other_contraband_2006_2016.csv"
DAYS, PER_DAY, SEED = 120, 1_500, 71
DONORS, OTHERS, RECENT_DAYS = 4, 4_000, 14
SHARES = (0.01, 0.05)
_LETTERS = zip(string.ascii_uppercase, (value for value in range(10, 39) if value % 11), strict=True)
_VALUES = {**dict(_LETTERS), **{str(digit): digit for digit in range(10)}}
_PARTY = r"^(shipper|consignee|notify|forwarder)_.*$"
_WAY = ("origin_country", "destination_country", "port_of_loading", "port_of_discharge")


@dataclass(frozen=True)
class World:
    """Honest rows of the last two weeks, the honest rows of the last day, and what was filed and found before it."""

    honest: pl.DataFrame
    today: pl.DataFrame
    past: riskscore.Past

    @classmethod
    def of(cls, folder: Path) -> World:
        """Read a world that `riskscore simulate` wrote."""
        days = sorted((folder / "manifests").glob("*.parquet"))
        before, today = riskscore.read(days[:-1]), riskscore.read(days[-1])
        smuggled = read_truth(folder / "truth.parquet").filter("smuggled").select(KEY)
        since = days[-RECENT_DAYS].stem
        both = pl.concat([before.consignments, today.consignments], how="diagonal_relaxed")
        honest = both.join(smuggled, on=KEY, how="anti").sort("filed_at", *KEY)
        outcomes = riskscore.read_outcomes(folder / "outcomes.parquet")
        return cls(
            honest.filter(pl.col("filed_at") >= pl.lit(since).str.to_datetime(time_zone="UTC")),
            honest.filter(pl.col("filed_at").dt.date() == today.consignments["filed_at"].dt.date().max()),
            riskscore.Past(history=before.consignments, outcomes=outcomes, earlier=before.earlier),
        )

    def composed(self, goods: pl.DataFrame, parties: pl.DataFrame, mark: str) -> pl.DataFrame:
        """Rows filed on the last day with the goods of some rows and the parties of as many others."""
        moment = pl.lit(self.honest["filed_at"].max())
        later = {name: moment + (pl.col(name) - pl.col("filed_at")) for name in ("loaded_at", "arrives_at")}
        numbers = [f"{mark}{row:06d}" for row in range(goods.height)]
        return (
            goods.drop(pl.col(_PARTY))
            .hstack(parties.select(pl.col(_PARTY)))
            .with_columns(
                **later,
                filed_at=moment,
                bill_of_lading=pl.Series(numbers),
                container_number=_new_boxes(goods["container_number"]),
                house_bill=pl.lit(None, pl.String),
            )
            .select(self.honest.columns)
        )

    def scored(self, rows: pl.DataFrame, model: str) -> pl.DataFrame:
        """Bill and margin of rows filed on the last day."""
        scored = riskscore.score(
            rows, history=self.past.history, earlier=self.past.earlier,
            outcomes=self.past.outcomes, model=model, explain_share=0,
        )  # fmt: skip
        return scored.select("bill_of_lading", "margin")


def _new_boxes(numbers: pl.Series) -> pl.Series:
    """Other boxes of the same owners, each with a right check digit (ISO 6346)."""
    starts = numbers.str.slice(0, 4).str.replace(r"^.*[^A-Z].*$", "MSKU").str.pad_end(4, "U")
    starts += pl.int_range(100_000, 100_000 + len(numbers), eager=True).cast(pl.String)
    total = pl.sum_horizontal(
        pl.col("start").str.slice(place, 1).replace_strict(_VALUES, return_dtype=pl.Int64) * 2**place
        for place in range(10)
    )
    frame = starts.alias("start").to_frame()
    return frame.select(pl.col("start") + (total % 11 % 10).cast(pl.String)).to_series()


def put(world: World, cases: pl.DataFrame, parties: str, rng: np.random.Generator) -> pl.DataFrame:
    """DONORS rows for each of the `cases`: figures of honest rows of the chapter, parties as `parties` says."""
    pool = world.honest.with_columns(chapter=pl.col("hs_codes").list.first().str.slice(0, 2)).with_row_index("row")
    of_chapter = dict(pool.group_by("chapter").agg("row").iter_rows())
    same = pool.group_by("destination_country", "chapter").agg("row")
    known = {(land, chapter): rows for land, chapter, rows in same.iter_rows()}
    goods, traders = list[int](), list[int]()
    for land, code in cases.select("destination_country", "hs_code").iter_rows():
        goods += rng.choice(of_chapter[code[:2]], DONORS).tolist()
        choice = known.get((land, code[:2])) if parties == "known" else None
        traders += rng.choice(choice if choice is not None else pool.height, DONORS).tolist()
    rows = world.composed(world.honest[goods], world.honest[traders], "P")
    each = cases[np.repeat(np.arange(cases.height), DONORS)]
    between = each["transhipment_ports"].fill_null("").str.split("|").list.eval(pl.element().filter(pl.element() != ""))
    return rows.with_columns(
        *(each[name] for name in (*_WAY, "goods_description")),
        transhipment_ports=between,
        hs_codes=each.select(pl.concat_list("hs_code")).to_series(),
        place_of_receipt=pl.when(pl.col("place_of_receipt").is_not_null()).then(each["port_of_loading"]),
        place_of_delivery=pl.when(pl.col("place_of_delivery").is_not_null()).then(each["port_of_discharge"]),
        goods_items=pl.lit(None, rows.schema["goods_items"]),
    )


def recall(world: World, cases: pl.DataFrame, parties: str, seed: int, model: str) -> list[float]:
    """The share of case rows above what each of SHARES of the other rows passes."""
    rng = np.random.default_rng(seed)
    rows, others = put(world, cases, parties, rng), world.today
    if parties == "any":
        goods, traders = rng.integers(0, world.honest.height, (2, OTHERS))
        others = world.composed(world.honest[goods], world.honest[traders], "C")
    margins = world.scored(pl.concat([rows, others]), model)
    is_case = pl.col("bill_of_lading").is_in(rows["bill_of_lading"].implode())
    found, limit = margins.filter(is_case)["margin"], margins.filter(~is_case)["margin"]
    return [float((found > limit.quantile(1 - share, "higher")).mean() or 0.0) for share in SHARES]


def main() -> None:
    """Print the recall for each file and way of choosing parties, with its spread over the seeds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", type=Path, nargs="*", default=[CASES], help="files of published seizures")
    parser.add_argument("--seeds", type=int, default=3, help="number of draws of figures and parties")
    parser.add_argument("--model", default="default", help="model folder")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        simulate(Path(folder) / "world", days=DAYS, per_day=PER_DAY, seed=SEED)
        world = World.of(Path(folder) / "world")
    chapters = world.honest["hs_codes"].list.first().str.slice(0, 2).unique().implode()
    for file in asked.cases:
        read = pl.read_csv(file, infer_schema=False)
        cases = read.filter(pl.col("hs_code").str.slice(0, 2).is_in(chapters))
        for parties in ("any", "known"):
            found = np.array([recall(world, cases, parties, seed, asked.model) for seed in range(asked.seeds)])
            figures = ", ".join(
                f"{share:.0%}: {mean:.2f} ± {spread:.2f}"
                for share, mean, spread in zip(SHARES, found.mean(axis=0), found.std(axis=0), strict=True)
            )
            print(f"{file.name}, {cases.height} of {read.height} cases, {parties} parties: {figures}", flush=True)


if __name__ == "__main__":
    main()
