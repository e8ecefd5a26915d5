"""Comparison: the measures of a period beside those of the nights before it, a row a measure.

    Kept ─▶ columns, values, newcomers, unseen, levels, distributions ─▶ kind, name, bin, before, now, effect, bound

`effect` says how large a change is, in the unit of its kind. `bound` says how large it may be without meaning anything:
what sampling alone shows once in ten thousand times, and `usual` times what nine of ten of the nights before show,
each set against the others. So a small night, weekends, and a young lake whose past still grows need no rules of their
own. Sampling goes by bills: the containers of one bill are alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
from scipy.stats import chi2, norm

from riskscore.jobs.thresholds import Thresholds
from riskscore.lake.tables import NIGHT

SELDOM = 1e-4
"""How often sampling alone passes its bound."""

RECENT = 7
"""Nights before, with which the share of newcomers is compared: it falls for as long as a lake grows."""

LEAST_RISE = 0.01
"""Share by which a value must have become more to be looked at."""

LEAST_AMOUNTS = 50
"""Amounts that a level rests on, at least."""

NEEDED = {"kind": pl.String, "name": pl.String, "bin": pl.String}
COLUMNS = NEEDED | dict.fromkeys(("before", "now", "effect", "bound"), pl.Float64)

_OFTEN = 0.9
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
    def rows(self) -> tuple[int, int]:
        """Consignments and bills of the period."""
        return _sums(self.now)

    @property
    def rows_before(self) -> tuple[int, int]:
        """Consignments and bills of the nights before."""
        return _sums(self.before)

    def of(self, *kinds: str) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Rows of `before` and of `now`."""
        return tuple(frame.filter(pl.col("kind").is_in(kinds)) for frame in (self.before, self.now))  # type: ignore[return-value]

    def nights(self) -> pl.DataFrame:
        """`night` and `all`, the consignments of each night before, in order."""
        return self.before.filter(kind="night").select(NIGHT, all="count").sort(NIGHT)


def compare(kept: Kept) -> pl.DataFrame:
    """Every comparison, one after the other: COLUMNS."""
    parts = [columns(kept), values(kept), newcomers(kept), unseen(kept), levels(kept), distributions(kept)]
    return pl.concat([part.select(pl.col(name).cast(dtype) for name, dtype in COLUMNS.items()) for part in parts])


def columns(kept: Kept) -> pl.DataFrame:
    """Shares of the consignments that lack each column; the effect is the difference either way."""
    before, now = kept.of("column")
    return _shares(kept, before, now, either_way=True)


def values(kept: Kept) -> pl.DataFrame:
    """Shares of the values that have become more; the effect is the rise."""
    before, now = kept.of("value")
    known = before.group_by(_WHAT).agg(total=pl.col("count").sum())
    risen = now.join(known, on=_WHAT)
    risen = risen.filter(pl.col("count") / kept.rows[0] > pl.col("total") / kept.rows_before[0] + LEAST_RISE)
    return _shares(kept, before, risen.drop("total"), either_way=False)


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
    rows, bills = kept.rows
    return (
        now.join(found, on="name")
        .with_columns(now=pl.col("count") / rows)
        .with_columns(effect=pl.col("now") - pl.col("before"))
        .with_columns(_bound(kept, _sampled(pl.col("now"), bills, bills * RECENT)))
    )


def unseen(kept: Kept) -> pl.DataFrame:
    """Values that no night before had; the effect is their share of the bills.

    What is usual is the most frequent value of a night that none of the other nights has.
    """
    before, now = kept.of("value")
    rows, bills = kept.rows
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
            effect=pl.col("bills") / bills,
            bound=pl.max_horizontal(
                pl.lit(kept.thresholds.new_bills - 1), kept.thresholds.usual * pl.col("often").fill_null(0)
            )
            / bills,
        )
    )


def levels(kept: Kept) -> pl.DataFrame:
    """Quartiles of amounts, of each name the one that moved most; `bin` is the quartile, the effect a factor from 1.

    A factor of 4 is four times as much, or a quarter of it.
    """
    before, now = kept.of("level")
    total = before.group_by(_WHAT).agg(pl.col("count").sum())
    usual = _quartiles(total, _NAME)
    by_night = _quartiles(before, [*_NAME, NIGHT]).join(usual, on=[*_NAME, "quartile"], suffix="_before")
    moved = (pl.col("log") - pl.col("log_before")).abs()
    often = by_night.group_by(*_NAME, "quartile").agg(often=moved.quantile(_OFTEN))
    found = _quartiles(now, _NAME).join(usual, on=[*_NAME, "quartile"], suffix="_before")
    return (
        found.join(often, on=[*_NAME, "quartile"])
        .with_columns(moved=moved - kept.thresholds.usual * pl.col("often"), effect=10**moved)
        .sort(*_NAME, "moved", "quartile", descending=[False, False, True, False])
        .unique(_NAME, keep="first", maintain_order=True)
        .select(
            *_NAME,
            bin=pl.col("quartile").cast(pl.String),
            before=10 ** pl.col("log_before"),
            now=10 ** pl.col("log"),
            effect="effect",
            bound=10 ** (kept.thresholds.usual * pl.col("often")),
        )
    )


def distributions(kept: Kept) -> pl.DataFrame:
    """Population stability indices of each feature, missing values being a bin, and of the score.

    Of the nights before only those with the same bins are compared; `before` is what nine of ten of them show. Where
    they are too few, there is no bound.
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
    usual = found.drop_nulls(NIGHT).group_by(_NAME).agg(often=pl.col("psi").quantile(_OFTEN), nights=pl.len())
    (_, bills), (_, bills_before) = kept.rows, kept.rows_before
    current = found.filter(pl.col(NIGHT).is_null()).join(usual, on=_NAME)
    rare = pl.Series("rare", chi2.isf(SELDOM, (current["filled"] - 1).clip(1).to_numpy()))
    share = pl.col("nights") / max(kept.nights().height, 1)
    return (
        current.with_columns(rare)
        .with_columns(_bound(kept, pl.col("rare") * (1 / bills + 1 / (bills_before * share))))
        .with_columns(pl.when(pl.col("nights") >= kept.thresholds.least_nights).then("bound").alias("bound"))
        .select(*_NAME, "bound", bin=pl.lit(None, pl.String), before="often", now="psi", effect="psi")
        .sort(_NAME)
    )


def psi(count: pl.Expr, other: pl.Expr) -> pl.Expr:
    """Population stability index of two histograms: the sum of (p - q) ln(p / q) over the bins.

    Half a row is added to each bin, so that an empty one is no infinite surprise.
    """
    p, q = ((side + 0.5) / (side.sum() + 0.5 * pl.len()) for side in (count, other))
    return ((p - q) * (p / q).log()).sum()


def _shares(kept: Kept, before: pl.DataFrame, now: pl.DataFrame, *, either_way: bool) -> pl.DataFrame:
    """Shares of the consignments, for each kind, name and bin of `now`."""
    every = now.select(_WHAT).join(kept.nights(), how="cross")
    by_night = every.join(before.select(*_WHAT, NIGHT, "count"), on=[*_WHAT, NIGHT], how="left", nulls_equal=True)
    by_night = by_night.with_columns(pl.col("count").fill_null(0))
    count, every_row = pl.col("count"), pl.col("all")
    rest = (count.sum() - count) / (every_row.sum() - every_row)
    moved = count / every_row - rest
    usual = by_night.group_by(_WHAT).agg(
        before=count.sum() / every_row.sum(), often=(moved.abs() if either_way else moved).quantile(_OFTEN)
    )
    (rows, bills), (_, bills_before) = kept.rows, kept.rows_before
    found = now.join(usual, on=_WHAT, nulls_equal=True).with_columns(now=count / rows)
    effect = pl.col("now") - pl.col("before")
    mixed = (pl.col("now") * bills + pl.col("before") * bills_before) / (bills + bills_before)
    return found.with_columns(
        _bound(kept, _sampled(mixed, bills, bills_before)), effect=effect.abs() if either_way else effect
    )


def _bound(kept: Kept, sampled: pl.Expr) -> pl.Expr:
    """The larger of what sampling shows and of what is usual; nothing is usual of a single night."""
    return pl.max_horizontal(sampled, kept.thresholds.usual * pl.col("often").fill_null(0).fill_nan(0)).alias("bound")


def _sampled(share: pl.Expr, bills: int, bills_before: int) -> pl.Expr:
    """Difference of two shares that sampling shows once in ten thousand times; no share counts as wholly sure."""
    sure = (share * bills + 1) / (bills + 2)
    return _Z * (sure * (1 - sure) * (1 / bills + 1 / bills_before)).sqrt()


def _quartiles(histogram: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """`by`, quartile and `log`, its decimal logarithm, of histograms in tenths of a power of ten that are not small."""
    ordered = histogram.with_columns(upper=pl.col("bin").cast(pl.Float64)).sort(*by, "upper")
    ordered = ordered.with_columns(
        upto=pl.col("count").cum_sum().over(by), total=pl.col("count").sum().over(by)
    ).filter(pl.col("total") >= LEAST_AMOUNTS)
    quartiles = ordered.join(pl.DataFrame({"quartile": [0.25, 0.5, 0.75]}), how="cross")
    wanted = pl.col("quartile") * pl.col("total")
    within = (wanted - pl.col("upto") + pl.col("count")) / pl.col("count")
    return (
        quartiles.filter(pl.col("upto") >= wanted)
        .sort(*by, "quartile", "upper")
        .unique([*by, "quartile"], keep="first", maintain_order=True)
        .select(*by, "quartile", log=pl.col("upper") - 0.1 + 0.1 * within)
    )


def _sums(frame: pl.DataFrame) -> tuple[int, int]:
    night = frame.filter(kind="night").select(pl.col("count", "bills").sum())
    return night.row(0)
