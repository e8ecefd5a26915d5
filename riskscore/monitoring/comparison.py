"""Compare the counts of a period with those of the nights before it: one row per measure.

    Counts ─▶ columns, values, newcomers, unseen, levels, distributions ─▶ kind, name, bin, before, now, effect, bound

`effect` is the size of a change, in the unit of its kind. `lately` is its size compared with the last nights alone.
`bound` is how large the effect may be by chance: the larger of what sampling alone exceeds once in 100,000 times, and
`usual` times what nine in ten of the nights before show when each is compared with the others. So small nights,
weekends, and a young lake with a growing history need no rules of their own. Sampling counts bills, because the
containers of one bill are alike; a night with a few very large bills therefore has a wide bound.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
from scipy.stats import chi2, norm

from riskscore.lake.tables import NIGHT
from riskscore.monitoring.thresholds import Thresholds

SELDOM = 1e-5
"""How often sampling alone exceeds its bound."""

RECENT = 7
"""The last nights before the period; measures that change slowly as a lake grows are compared with these."""

LEAST_RISE = 0.01
"""Share by which the frequency of a value must have risen to be compared."""

LEAST_AMOUNTS = 50
"""Least number of amounts for a level."""

NEEDED = {"kind": pl.String, "name": pl.String, "bin": pl.String}
COLUMNS = NEEDED | dict.fromkeys(("before", "now", "effect", "lately", "bound"), pl.Float64)

_OFTEN = 0.9
_SIDES = ("", "_before")
_WHAT = list(NEEDED)
_NAME = ["kind", "name"]
_Z = float(norm.isf(SELDOM / 2))


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts to compare: `before` has a row per bin and night, `now` a row per bin, summed over the period.

    Both have the columns kind, name, bin, count and bills of the table `measures`.
    """

    before: pl.DataFrame
    now: pl.DataFrame
    thresholds: Thresholds

    @property
    def rows(self) -> int:
        """Number of consignments in the period."""
        return _sum(self.now, "night")

    @property
    def bills(self) -> int:
        """Number of bills in the period."""
        return _sum(self.now, "night", "bills")

    @property
    def samples(self) -> tuple[int, int]:
        """Effective numbers of bills (Kish), of the period and of the nights before: as if all had the same size."""
        return _sum(self.now, "sample"), _sum(self.before, "sample")

    def of(self, *kinds: str) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return the rows of these kinds, of `before` and of `now`."""
        return tuple(frame.filter(pl.col("kind").is_in(kinds)) for frame in (self.before, self.now))  # type: ignore[return-value]

    def nights(self, column: str = "count") -> pl.DataFrame:
        """Return `night` and `all`, the number of consignments (or `bills`) of each night before, in order."""
        return self.before.filter(kind="night").select(NIGHT, all=column).sort(NIGHT)


def compare(counts: Counts) -> pl.DataFrame:
    """Return every comparison, one row each: COLUMNS."""
    parts = [columns(counts), values(counts), newcomers(counts), unseen(counts), levels(counts), distributions(counts)]
    return pl.concat([pl.DataFrame(schema=COLUMNS), *parts], how="diagonal_relaxed").select(
        pl.col(name).cast(dtype) for name, dtype in COLUMNS.items()
    )


def columns(counts: Counts) -> pl.DataFrame:
    """Compare the share of consignments without each column; the effect is the absolute difference."""
    before, now = counts.of("column")
    return _shares(counts, before, now, of="count", samples=counts.samples).with_columns(pl.col("effect").abs())


def values(counts: Counts) -> pl.DataFrame:
    """Compare the share of bills with each value; the effect is the rise.

    Bills are counted, because one bill of many containers can be a fifth of a small night.
    """
    before, now = counts.of("value")
    bills = counts.bills, int(counts.nights("bills")["all"].sum())
    totals = before.group_by(_WHAT).agg(total=pl.col("bills").sum())
    rise = pl.col("bills") / bills[0] - pl.col("total") / bills[1]
    risen = now.join(totals, on=_WHAT).filter(rise > LEAST_RISE)
    return _shares(counts, before, risen, of="bills", samples=bills)


def newcomers(counts: Counts) -> pl.DataFrame:
    """Compare the share of consignments whose party, lane or goods have no history; the effect is the rise."""
    before, now = counts.of("new")
    shares = before.join(counts.nights(), on=NIGHT).sort("name", NIGHT)
    share = pl.col("count") / pl.col("all")
    last = share.rolling_mean(RECENT, min_samples=1)
    usual = (
        shares.with_columns((share - last.shift(1)).over("name").abs().alias("moved"), last.over("name").alias("last"))
        .group_by("name", maintain_order=True)
        .agg(before=pl.col("last").last(), often=pl.col("moved").quantile(_OFTEN))
    )
    sample, _ = counts.samples
    return (
        now.join(usual, on="name")
        .with_columns(now=pl.col("count") / counts.rows)
        .with_columns(effect=pl.col("now") - pl.col("before"))
        .with_columns(_bound(counts, _sampled(pl.col("now"), sample, sample * RECENT)))
    )


def unseen(counts: Counts) -> pl.DataFrame:
    """List the values that no night before had; the effect is their share of the consignments.

    The bound counts bills. The usual number is that of the most frequent value of a night that no other night has.
    """
    before, now = counts.of("value")
    rows = counts.rows
    alone = before.filter(pl.len().over(_WHAT) == 1)
    largest = alone.group_by("name", NIGHT).agg(pl.col("bills").max())
    every = before.select("name").unique().join(counts.nights(), how="cross")
    often = (
        every.join(largest, on=["name", NIGHT], how="left")
        .group_by("name")
        .agg(often=pl.col("bills").fill_null(0).quantile(_OFTEN))
    )
    return (
        now.join(before, on=_WHAT, how="anti")
        .join(often, on="name", how="left")
        .select(
            pl.lit("unseen").alias("kind"),
            "name",
            "bin",
            before=pl.lit(0.0),
            now=pl.col("count") / rows,
            effect=pl.col("count") / rows,
            bound=pl.max_horizontal(
                pl.lit(counts.thresholds.new_bills - 1), counts.thresholds.usual * pl.col("often").fill_null(0)
            )
            / pl.col("bills")
            * pl.col("count")
            / rows,
        )
    )


def levels(counts: Counts) -> pl.DataFrame:
    """Compare geometric means of amounts; the effect is the factor between them, always 1 or more."""
    before, now = counts.of("level")
    usual = _logs(before.group_by(_WHAT).agg(pl.col("count").sum()), _NAME)
    moved = (pl.col("log") - pl.col("log_before")).abs()
    by_night = _logs(before, [*_NAME, NIGHT]).join(usual, on=_NAME, suffix="_before")
    often = by_night.group_by(_NAME).agg(often=moved.quantile(_OFTEN))
    current = _logs(now, _NAME).join(usual, on=_NAME, suffix="_before").join(often, on=_NAME)
    bills = counts.samples[0] / counts.rows, counts.samples[1] / int(counts.nights()["all"].sum())
    squares = (
        pl.col(f"variance{side}") / (pl.col(f"count{side}") * each) for side, each in zip(_SIDES, bills, strict=True)
    )
    return current.with_columns(_bound(counts, _Z * pl.sum_horizontal(squares).sqrt())).select(
        *_NAME,
        pl.lit(None, pl.String).alias("bin"),
        before=10 ** pl.col("log_before"),
        now=10 ** pl.col("log"),
        effect=10**moved,
        bound=10 ** pl.col("bound"),
    )


def distributions(counts: Counts) -> pl.DataFrame:
    """Compute the population stability index (PSI) of each feature and of the score; missing values are a bin.

    Only nights before with the same bins are used; `before` is what nine in ten of them show. If there are too few,
    there is no bound. `lately` is the index against the last RECENT of them alone. History features change slowly as
    a lake grows, so they can be far from all nights but near the last ones; a sudden change is far from both.
    """
    before, now = counts.of("feature", "score")
    bins = pl.col("bin").fill_null("").sort().str.join(" ")
    same = before.group_by(*_NAME, NIGHT).agg(bins).join(now.group_by(_NAME).agg(bins), on=[*_NAME, "bin"])
    before = before.join(same, on=[*_NAME, NIGHT], how="semi")
    pooled = before.group_by(_WHAT).agg(total=pl.col("count").sum())
    sides = [*_WHAT, NIGHT, "count", "rest"]
    each = before.join(pooled, on=_WHAT, nulls_equal=True).with_columns(rest=pl.col("total") - pl.col("count"))
    period = now.join(pooled, on=_WHAT, nulls_equal=True).with_columns(pl.lit(None, pl.Date).alias(NIGHT), rest="total")
    indices = (
        pl.concat([each.select(sides), period.select(sides)])
        .group_by(*_NAME, NIGHT)
        .agg(psi=psi(pl.col("count"), pl.col("rest")), filled=((pl.col("count") + pl.col("rest")) > 0).sum())
    )
    near = before.filter(pl.col(NIGHT).is_in(counts.nights()[NIGHT].tail(RECENT).implode()))
    near = near.group_by(_WHAT).agg(near=pl.col("count").sum())
    lately = now.join(near, on=_WHAT, nulls_equal=True).group_by(_NAME).agg(lately=psi(pl.col("count"), pl.col("near")))
    usual = indices.drop_nulls(NIGHT).group_by(_NAME).agg(often=pl.col("psi").quantile(_OFTEN), nights=pl.len())
    sample, sample_before = counts.samples
    current = indices.filter(pl.col(NIGHT).is_null()).join(usual, on=_NAME).join(lately, on=_NAME, how="left")
    rare = pl.Series("rare", chi2.isf(SELDOM, (current["filled"] - 1).clip(1).to_numpy()))
    share = pl.col("nights") / max(counts.nights().height, 1)
    return (
        current.with_columns(rare)
        .with_columns(_bound(counts, pl.col("rare") * (1 / sample + 1 / (sample_before * share))))
        .with_columns(pl.when(pl.col("nights") >= counts.thresholds.least_nights).then("bound").alias("bound"))
        .select(*_NAME, "bound", "lately", bin=pl.lit(None, pl.String), before="often", now="psi", effect="psi")
        .sort(_NAME)
    )


def psi(count: pl.Expr, other: pl.Expr) -> pl.Expr:
    """Return the population stability index of two histograms: the sum of (p - q) ln(p / q) over the bins.

    Half a row is added to each bin, so that an empty bin does not make it infinite.
    """
    p, q = ((side + 0.5) / (side.sum() + 0.5 * pl.len()) for side in (count, other))
    return ((p - q) * (p / q).log()).sum()


def _shares(
    counts: Counts, before: pl.DataFrame, now: pl.DataFrame, *, of: str, samples: tuple[int, int]
) -> pl.DataFrame:
    """Compare shares of consignments (`of` count) or of bills (`of` bills) for each kind, name and bin of `now`.

    `samples` are the sample sizes for the bound, now and before.
    """
    every = now.select(_WHAT).join(counts.nights(of), how="cross")
    by_night = every.join(before.select(*_WHAT, NIGHT, of), on=[*_WHAT, NIGHT], how="left", nulls_equal=True)
    count, total = pl.col(of).fill_null(0), pl.col("all")
    rest = (count.sum() - count) / (total.sum() - total)
    usual = by_night.group_by(_WHAT).agg(
        before=count.sum() / total.sum(), often=(count / total - rest).abs().quantile(_OFTEN)
    )
    shares = now.join(usual, on=_WHAT, nulls_equal=True)
    shares = shares.with_columns(now=pl.col(of) / (counts.rows if of == "count" else counts.bills))
    return shares.with_columns(
        _bound(counts, _sampled(pl.col("now"), *samples)), effect=pl.col("now") - pl.col("before")
    )


def _bound(counts: Counts, sampled: pl.Expr) -> pl.Expr:
    """Return the larger of the sampling bound and the usual variation, which a single night does not have."""
    return pl.max_horizontal(sampled, counts.thresholds.usual * pl.col("often").fill_null(0).fill_nan(0)).alias("bound")


def _sampled(share: pl.Expr, sample: int, before: int) -> pl.Expr:
    """Return how far sampling alone moves a share, with probability SELDOM; no share counts as exactly 0 or 1.

    The variance is that of the current share, not of both pooled. The largest rise among a thousand values is looked
    at, and the pooled share of a rare value would make it look more certain than it is.
    """
    smoothed = (share * sample + 1) / (sample + 2)
    return _Z * (smoothed * (1 - smoothed) * (1 / sample + 1 / before)).sqrt()


def _logs(histogram: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Return `by`, mean `log` and `variance` of decimal logarithms, and `count`; bins are tenths of a power of ten."""
    count, middle = pl.col("count"), pl.col("bin").cast(pl.Float64) - 0.05
    mean = (count * middle).sum() / count.sum()
    return (
        histogram.group_by(by)
        .agg(count.sum(), log=mean, variance=(count * (middle - mean) ** 2).sum() / count.sum())
        .filter(count >= LEAST_AMOUNTS)
        .sort(by)
    )


def _sum(frame: pl.DataFrame, kind: str, column: str = "count") -> int:
    return int(frame.filter(pl.col("kind") == kind)[column].sum())
