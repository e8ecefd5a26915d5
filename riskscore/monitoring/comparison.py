"""Comparison: the measures of a period beside those of the nights before it, a row a measure.

    Kept ─▶ columns, values, newcomers, unseen, levels, distributions ─▶ kind, name, bin, before, now, effect, bound

`effect` says how large a change is, in the unit of its kind, `lately` how large it is beside the last nights alone, and
`bound` how large it may be without meaning anything: what sampling alone shows once in a hundred thousand times, and
`usual` times what nine of ten of the nights before show, each set against the others. So a small night, weekends, and a
young lake whose past still grows need no rules of their own. Sampling goes by bills, and a bill of many containers,
which are alike, makes it coarse.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
from scipy.stats import chi2, norm

from riskscore.lake.tables import NIGHT
from riskscore.monitoring.thresholds import Thresholds

SELDOM = 1e-5
"""How often sampling alone passes its bound."""

RECENT = 7
"""Nights just before, beside which what ripens is compared: newcomers become fewer for as long as a lake grows."""

LEAST_RISE = 0.01
"""Share by which a value must have become more to be looked at."""

LEAST_AMOUNTS = 50
"""Amounts that a level rests on, at least."""

NEEDED = {"kind": pl.String, "name": pl.String, "bin": pl.String}
COLUMNS = NEEDED | dict.fromkeys(("before", "now", "effect", "lately", "bound"), pl.Float64)

_OFTEN = 0.9
_SIDES = ("", "_before")
_WHAT = list(NEEDED)
_NAME = ["kind", "name"]
_Z = float(norm.isf(SELDOM / 2))


@dataclass(frozen=True, slots=True)
class Kept:
    """Measures to compare: `before` has a row a bin and night, `now` a row a bin, summed over the nights of a period.

    Both have kind, name, bin, count, bills.
    """

    before: pl.DataFrame
    now: pl.DataFrame
    thresholds: Thresholds

    @property
    def rows(self) -> int:
        """Consignments of the period."""
        return _sum(self.now, "night")

    @property
    def bills(self) -> int:
        """Bills of the period."""
        return _sum(self.now, "night", "bills")

    @property
    def samples(self) -> tuple[int, int]:
        """Bills of equal size that vary as much as those of the period, and of the nights before."""
        return _sum(self.now, "sample"), _sum(self.before, "sample")

    def of(self, *kinds: str) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Rows of `before` and of `now`."""
        return tuple(frame.filter(pl.col("kind").is_in(kinds)) for frame in (self.before, self.now))  # type: ignore[return-value]

    def nights(self, column: str = "count") -> pl.DataFrame:
        """`night` and `all`, the consignments (or `bills`) of each night before, in order."""
        return self.before.filter(kind="night").select(NIGHT, all=column).sort(NIGHT)


def compare(kept: Kept) -> pl.DataFrame:
    """Every comparison, one after the other: COLUMNS."""
    parts = [columns(kept), values(kept), newcomers(kept), unseen(kept), levels(kept), distributions(kept)]
    return pl.concat([pl.DataFrame(schema=COLUMNS), *parts], how="diagonal_relaxed").select(
        pl.col(name).cast(dtype) for name, dtype in COLUMNS.items()
    )


def columns(kept: Kept) -> pl.DataFrame:
    """Shares of the consignments that lack each column; the effect is the difference either way."""
    before, now = kept.of("column")
    return _shares(kept, before, now, of="count", samples=kept.samples).with_columns(pl.col("effect").abs())


def values(kept: Kept) -> pl.DataFrame:
    """Shares of the bills that have each value; the effect is the rise.

    Of the bills, because one of many containers is a fifth of a small night.
    """
    before, now = kept.of("value")
    bills = kept.bills, int(kept.nights("bills")["all"].sum())
    known = before.group_by(_WHAT).agg(total=pl.col("bills").sum())
    rise = pl.col("bills") / bills[0] - pl.col("total") / bills[1]
    risen = now.join(known, on=_WHAT).filter(rise > LEAST_RISE)
    return _shares(kept, before, risen, of="bills", samples=bills)


def newcomers(kept: Kept) -> pl.DataFrame:
    """Shares of the consignments whose party, lane or goods are without a past; the effect is the rise."""
    before, now = kept.of("new")
    shares = before.join(kept.nights(), on=NIGHT).sort("name", NIGHT)
    share = pl.col("count") / pl.col("all")
    last = share.rolling_mean(RECENT, min_samples=1)
    found = (
        shares.with_columns((share - last.shift(1)).over("name").abs().alias("moved"), last.over("name").alias("last"))
        .group_by("name", maintain_order=True)
        .agg(before=pl.col("last").last(), often=pl.col("moved").quantile(_OFTEN))
    )
    sample, _ = kept.samples
    return (
        now.join(found, on="name")
        .with_columns(now=pl.col("count") / kept.rows)
        .with_columns(effect=pl.col("now") - pl.col("before"))
        .with_columns(_bound(kept, _sampled(pl.col("now"), sample, sample * RECENT)))
    )


def unseen(kept: Kept) -> pl.DataFrame:
    """Values that no night before had; the effect is their share of the consignments.

    The bound goes by bills. What is usual is the most bills of a value of one night that none of the others has.
    """
    before, now = kept.of("value")
    rows = kept.rows
    alone = before.filter(pl.len().over(_WHAT) == 1)
    largest = alone.group_by("name", NIGHT).agg(pl.col("bills").max())
    every = before.select("name").unique().join(kept.nights(), how="cross")
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
                pl.lit(kept.thresholds.new_bills - 1), kept.thresholds.usual * pl.col("often").fill_null(0)
            )
            / pl.col("bills")
            * pl.col("count")
            / rows,
        )
    )


def levels(kept: Kept) -> pl.DataFrame:
    """Geometric means of amounts; the effect is how many times the usual one it is, or one part in so many of it."""
    before, now = kept.of("level")
    usual = _logs(before.group_by(_WHAT).agg(pl.col("count").sum()), _NAME)
    moved = (pl.col("log") - pl.col("log_before")).abs()
    by_night = _logs(before, [*_NAME, NIGHT]).join(usual, on=_NAME, suffix="_before")
    often = by_night.group_by(_NAME).agg(often=moved.quantile(_OFTEN))
    found = _logs(now, _NAME).join(usual, on=_NAME, suffix="_before").join(often, on=_NAME)
    bills = kept.samples[0] / kept.rows, kept.samples[1] / int(kept.nights()["all"].sum())
    squares = (
        pl.col(f"variance{side}") / (pl.col(f"count{side}") * each) for side, each in zip(_SIDES, bills, strict=True)
    )
    return found.with_columns(_bound(kept, _Z * pl.sum_horizontal(squares).sqrt())).select(
        *_NAME,
        pl.lit(None, pl.String).alias("bin"),
        before=10 ** pl.col("log_before"),
        now=10 ** pl.col("log"),
        effect=10**moved,
        bound=10 ** pl.col("bound"),
    )


def distributions(kept: Kept) -> pl.DataFrame:
    """Population stability indices of each feature, missing values being a bin, and of the score.

    Of the nights before only those with the same bins are compared; `before` is what nine of ten of them show. Where
    they are too few, there is no bound. `lately` is the index beside the last RECENT of them alone: a feature of the
    past, which ripens for as long as a lake grows, creeps, and only what comes at once is far from both.
    """
    before, now = kept.of("feature", "score")
    bins = pl.col("bin").fill_null("").sort().str.join(" ")
    same = before.group_by(*_NAME, NIGHT).agg(bins).join(now.group_by(_NAME).agg(bins), on=[*_NAME, "bin"])
    before = before.join(same, on=[*_NAME, NIGHT], how="semi")
    pooled = before.group_by(_WHAT).agg(total=pl.col("count").sum())
    sides = [*_WHAT, NIGHT, "count", "rest"]
    each = before.join(pooled, on=_WHAT, nulls_equal=True).with_columns(rest=pl.col("total") - pl.col("count"))
    whole = now.join(pooled, on=_WHAT, nulls_equal=True).with_columns(pl.lit(None, pl.Date).alias(NIGHT), rest="total")
    found = (
        pl.concat([each.select(sides), whole.select(sides)])
        .group_by(*_NAME, NIGHT)
        .agg(psi=psi(pl.col("count"), pl.col("rest")), filled=((pl.col("count") + pl.col("rest")) > 0).sum())
    )
    near = before.filter(pl.col(NIGHT).is_in(kept.nights()[NIGHT].tail(RECENT).implode()))
    near = near.group_by(_WHAT).agg(near=pl.col("count").sum())
    lately = now.join(near, on=_WHAT, nulls_equal=True).group_by(_NAME).agg(lately=psi(pl.col("count"), pl.col("near")))
    usual = found.drop_nulls(NIGHT).group_by(_NAME).agg(often=pl.col("psi").quantile(_OFTEN), nights=pl.len())
    sample, sample_before = kept.samples
    current = found.filter(pl.col(NIGHT).is_null()).join(usual, on=_NAME).join(lately, on=_NAME, how="left")
    rare = pl.Series("rare", chi2.isf(SELDOM, (current["filled"] - 1).clip(1).to_numpy()))
    share = pl.col("nights") / max(kept.nights().height, 1)
    return (
        current.with_columns(rare)
        .with_columns(_bound(kept, pl.col("rare") * (1 / sample + 1 / (sample_before * share))))
        .with_columns(pl.when(pl.col("nights") >= kept.thresholds.least_nights).then("bound").alias("bound"))
        .select(*_NAME, "bound", "lately", bin=pl.lit(None, pl.String), before="often", now="psi", effect="psi")
        .sort(_NAME)
    )


def psi(count: pl.Expr, other: pl.Expr) -> pl.Expr:
    """Population stability index of two histograms: the sum of (p - q) ln(p / q) over the bins.

    Half a row is added to each bin, so that an empty one is no infinite surprise.
    """
    p, q = ((side + 0.5) / (side.sum() + 0.5 * pl.len()) for side in (count, other))
    return ((p - q) * (p / q).log()).sum()


def _shares(kept: Kept, before: pl.DataFrame, now: pl.DataFrame, *, of: str, samples: tuple[int, int]) -> pl.DataFrame:
    """Shares of the consignments (`of` count) or of the bills, for each kind, name and bin of `now`.

    `samples` are how many the shares are of, as far as sampling goes, now and before.
    """
    every = now.select(_WHAT).join(kept.nights(of), how="cross")
    by_night = every.join(before.select(*_WHAT, NIGHT, of), on=[*_WHAT, NIGHT], how="left", nulls_equal=True)
    count, whole = pl.col(of).fill_null(0), pl.col("all")
    rest = (count.sum() - count) / (whole.sum() - whole)
    usual = by_night.group_by(_WHAT).agg(
        before=count.sum() / whole.sum(), often=(count / whole - rest).abs().quantile(_OFTEN)
    )
    found = now.join(usual, on=_WHAT, nulls_equal=True)
    found = found.with_columns(now=pl.col(of) / (kept.rows if of == "count" else kept.bills))
    return found.with_columns(_bound(kept, _sampled(pl.col("now"), *samples)), effect=pl.col("now") - pl.col("before"))


def _bound(kept: Kept, sampled: pl.Expr) -> pl.Expr:
    """The larger of what sampling shows and of what is usual; nothing is usual of a single night."""
    return pl.max_horizontal(sampled, kept.thresholds.usual * pl.col("often").fill_null(0).fill_nan(0)).alias("bound")


def _sampled(share: pl.Expr, sample: int, before: int) -> pl.Expr:
    """How far a share is from one `before` by sampling alone, SELDOM; no share counts as wholly sure.

    It varies as the share of now does, not as both do together: of a thousand values the largest rise is looked at, and
    the pooled share of a rare one makes that look surer than it is.
    """
    sure = (share * sample + 1) / (sample + 2)
    return _Z * (sure * (1 - sure) * (1 / sample + 1 / before)).sqrt()


def _logs(histogram: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """`by`, mean `log` and `variance` of decimal logarithms, and `count`, of histograms in tenths of a power of ten."""
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
