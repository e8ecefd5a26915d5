"""Quality of senders over time: what each leaves out and gets wrong, and who changes against its own past.

    table quality ─▶ a period, and each sender's nights before ─▶ shares by sender and field (`shares`)
                                                              └▶ what rose beyond chance (`moves`), for drift

Each sender is compared with itself, by the same statistics as the columns of all traffic (comparison.py): a sender that
never gives a weight is no news, and one that stops giving it is.
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from riskscore.errors import SettingsError
from riskscore.lake.protocol import Lake
from riskscore.lake.tables import NIGHT
from riskscore.monitoring import comparison
from riskscore.monitoring.comparison import COLUMNS, Counts
from riskscore.monitoring.thresholds import Thresholds

KIND = "sender"
PARTS = ("missing", "refused", "doubtful")
"""What is counted of each field; without a field, of the rows as a whole."""

BEFORE = "_before"

_DAYS = 365
"""How far back a sender's earlier nights are looked for; some file once a week."""

_SUMS = ("rows", "bills", *PARTS)


def period(lake: Lake, nights: int) -> tuple[date, date]:
    """Return the first and the last of the last `nights` nights with files. Raises SettingsError if there is none."""
    days = lake.read("quality", columns=[NIGHT]).unique().collect()[NIGHT].sort().tail(nights)
    if not days.len():
        raise SettingsError("the lake does not know the quality of any file yet; it does after the next nightly run")
    return days[0], days[-1]


def shares(lake: Lake, first: date, last: date, limits: Thresholds) -> pl.DataFrame:
    """Return one row per sender and field of the nights from `first` to `last` (inclusive).

    Columns: sender, field (null: the rows as a whole), files, nights, nights_before, rows, and the share of rows that
    are missing, refused and doubtful, each now and `_before` (null without earlier nights). Sorted by rows, the largest
    sender first, then in the order of the columns.
    """
    now, before = _sides(lake, first, last, limits.nights)
    by = ["sender", "field"]
    sums = [side.group_by(by, maintain_order=True).agg(*_totals(), pl.col("files").sum()) for side in (now, before)]
    both = sums[0].join(sums[1], on=by, how="left", suffix=BEFORE, nulls_equal=True, maintain_order="left")
    ratios = [
        (pl.col(f"{part}{side}") / pl.col(f"rows{side}")).alias(f"{part}{side}")
        for part in PARTS
        for side in ("", BEFORE)
    ]
    return (
        both.with_columns(ratios)
        .with_columns(pl.col(f"nights{BEFORE}").fill_null(0))
        .sort(pl.col("rows").max().over("sender"), "sender", descending=[True, False], maintain_order=True)
        .select(*by, "files", "nights", f"nights{BEFORE}", "rows", *(expr.meta.output_name() for expr in ratios))
    )


def moves(lake: Lake, first: date, last: date, limits: Thresholds) -> pl.DataFrame:
    """Return what rose for each sender against its own nights before: comparison.COLUMNS.

    `name` is the sender and `bin` the part and the field, such as "missing gross_weight_kg". Senders with fewer than
    `least_nights` nights before are left out.
    """
    now, before = _sides(lake, first, last, limits.nights)
    known = (
        before.group_by("sender").agg(nights=pl.col(NIGHT).n_unique()).filter(pl.col("nights") >= limits.least_nights)
    )
    found = [pl.DataFrame(schema=COLUMNS)]
    for sender in now["sender"].unique().sort():
        if sender not in known["sender"]:
            continue
        earlier, current = (_measures(side.filter(sender=sender)) for side in (before, now))
        summed = current.group_by("kind", "name", "bin").agg(pl.col("count", "bills").sum())
        risen = comparison.columns(Counts(earlier, summed, limits)).filter(pl.col("now") > pl.col("before"))
        found.append(
            risen.select(
                pl.lit(KIND).alias("kind"),
                pl.lit(sender).alias("name"),
                pl.concat_str("bin", "name", separator=" ", ignore_nulls=True).str.strip_chars().alias("bin"),
                *("before", "now", "effect", pl.lit(None, pl.Float64).alias("lately"), "bound"),
            )
        )
    return pl.concat(found)


def risen(lake: Lake, first: date, last: date, limits: Thresholds) -> pl.DataFrame:
    """Return the `moves` that are large enough for a note and larger than chance, the largest first."""
    found = moves(lake, first, last, limits)
    large = (pl.col("effect") >= limits.missing.note) & (pl.col("effect") > pl.col("bound"))
    return found.filter(large).sort("effect", "name", "bin", descending=[True, False, False])


def parts_of(text: str) -> tuple[str, str]:
    """The part and the field of a `bin` of `moves`; the field is empty for the rows as a whole."""
    part, _, field = text.partition(" ")
    return part, field


def _sides(lake: Lake, first: date, last: date, most: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Counts by night, sender and field: of the period, and of the last `most` nights of each sender before it."""
    kept = lake.read("quality", nights=(first - timedelta(_DAYS), last)).filter(pl.col("rows") > 0).collect()
    order = pl.col("field").is_not_null()
    nightly = (
        kept.group_by(NIGHT, "sender", "field", maintain_order=True)
        .agg(pl.col(_SUMS).sum(), files=pl.len().cast(pl.Int64))
        .sort(order, maintain_order=True)
    )
    before = nightly.filter(pl.col(NIGHT) < first)
    recent = pl.col(NIGHT).rank("dense", descending=True).over("sender") <= most
    return nightly.filter(pl.col(NIGHT) >= first), before.filter(recent)


def _totals() -> list[pl.Expr]:
    return [pl.col(_SUMS).sum(), pl.col(NIGHT).n_unique().cast(pl.Int64).alias("nights")]


def _measures(side: pl.DataFrame) -> pl.DataFrame:
    """The counts of one sender as rows of the table `measures`: its fields are columns, its parts are bins."""
    whole = side.filter(pl.col("field").is_null())
    sizes = [
        whole.select(
            NIGHT, kind=pl.lit(kind), name=pl.lit(name), bin=pl.lit(None, pl.String), count=count, bills="bills"
        )
        for kind, name, count in (("night", "rows", "rows"), ("sample", "bills", "bills"))
    ]
    parts = [
        side.select(
            NIGHT,
            kind=pl.lit("column"),
            name=pl.col("field").fill_null(""),
            bin=pl.lit(part),
            count=part,
            bills="bills",
        )
        for part in PARTS
    ]
    return pl.concat([*sizes, *parts])
