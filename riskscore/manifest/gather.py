"""Gather goods lines into consignments, and keep the latest version of each consignment.

    lines of one KEY, one filing  ─▶ one consignment; every line is kept in `goods_items`
    filings of one KEY            ─▶ the latest is the consignment, the others are earlier versions

Lines with the same KEY, moment and version belong to one filing. A line without a moment belongs to the filing of the
line before it. For fields that describe the consignment, the first filled value counts. Most rows of a large file are
the only ones with their KEY and pass through unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from riskscore.cells.values import LIMITS
from riskscore.schema import COLUMNS, ITEM, KEY, own
from riskscore.units import counted

FIGURES = ("package_count", "gross_weight_kg", "volume_m3", "declared_value")
SUMMED = (*FIGURES, *(f"bill_{name}" for name in FIGURES))
JOINED = ("goods_description", "marks")
UNITED = ("hs_codes", "seal_numbers")
FILE, ORDER, ROW = "_file", "_order", "row"
"""Extra columns while a manifest is read: number of the file, place in the reading order, row of the table."""

COUNTED = "_counted"
"""Extra column of versions: the number of the version was counted, because the file states none."""

FILING = (FILE, *KEY, "filed_at", "version")
_OWN = (*FILING, *SUMMED, *JOINED, *UNITED, "goods_items")
HEADER = tuple(name for name in COLUMNS if name not in _OWN)
"""Columns that describe the consignment, not one goods line; fields of a service do so too."""

_EXTRA = (FILE, ORDER, ROW, COUNTED, "described")

_JOINT = " | "


def repeated(frame: pl.DataFrame, names: tuple[str, ...] = KEY) -> pl.Series:
    """Whether another row of `frame` has the same values in `names`: one Boolean per row."""
    return frame.select(pl.struct(names).hash()).to_series().is_duplicated()


def _fields(lines: pl.DataFrame) -> list[str]:
    """The service's own fields among the columns of `lines`."""
    return [name for name in own(lines) if name not in _EXTRA]


def complete(lines: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Fill the gaps of a consignment's lines from its other lines. Rows keep their order.

    Adds `described`, the first goods description of the filing, because a line may leave its own out. The notes say
    where lines of one filing contradict each other; the first value is kept then. Lines that lack part of the key
    belong to no consignment: they fill no gaps, and the rules refuse them.
    """
    several = repeated(lines)
    if several.any() and any(lines[name].null_count() for name in KEY):
        several &= lines.select(pl.all_horizontal(pl.col(KEY).is_not_null())).to_series()
    alone = lines.filter(~several).with_columns(described="goods_description")
    if not several.any():
        return alone, []
    keys = (FILE, *KEY)
    moments = [pl.col(name).forward_fill().backward_fill().over(keys) for name in ("filed_at", "version")]
    many = lines.filter(several).sort(ORDER).with_columns(moments)
    header = [*HEADER, *_fields(lines)]
    first = many.group_by(FILING).agg(
        *(pl.col(name).drop_nulls().first() for name in header),
        described=pl.col("goods_description").drop_nulls().first(),
    )
    filled = many.drop(header).join(first, on=FILING, how="left", nulls_equal=True)
    return pl.concat([alone, filled.select(alone.columns)]).sort(ORDER), _contradictions(many)


def _contradictions(many: pl.DataFrame) -> list[str]:
    plain = [name for name in HEADER if not many.schema[name].is_nested()]
    differing = many.group_by(FILING).agg(pl.col(plain).drop_nulls().n_unique() > 1)
    counts = differing.select(pl.col(plain).cast(pl.Int64).sum()).row(0, named=True)
    return [
        f"{name} differs between the lines of {counted(count, 'consignment')}; the first value was kept"
        for name, count in counts.items()
        if count
    ]


def gather(lines: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Gather completed and valid lines into filings: the canonical columns, `_file` and `_order`.

    Returns the filings in the order of their first lines, and a note on how many lines were gathered.
    """
    several = repeated(lines)
    if several.any():
        several &= repeated(lines, FILING)
    alone = _with_items(lines.filter(~several))
    fields = _fields(lines)
    names = [*COLUMNS, *fields, FILE, ORDER]
    if not several.any():
        return alone.select(names), []
    many = _with_items(lines.filter(several)).sort(ORDER)
    groups = many.group_by(FILING, maintain_order=True)
    gathered = groups.agg(
        pl.col(ORDER).first(),
        *(pl.col(name).first() for name in (*HEADER, *fields)),
        *(pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).alias(name) for name in SUMMED),
        *(pl.col(name).drop_nulls().unique(maintain_order=True) for name in JOINED),
        *(pl.col(name).drop_nulls().explode().drop_nulls().unique(maintain_order=True) for name in UNITED),
        pl.col("goods_items").explode(),
    ).with_columns(
        *(pl.col(name).list.join(_JOINT).str.slice(0, LIMITS.get(name, 200)).replace("", None) for name in JOINED),
        *(pl.when(pl.col(name).list.len() > 0).then(name).alias(name) for name in UNITED),
    )
    note = f"{counted(many.height, 'goods line')} were gathered into {counted(gathered.height, 'consignment')}"
    return pl.concat([alone.select(names), gathered.select(names)]).sort(ORDER), [note]


def _with_items(lines: pl.DataFrame) -> pl.DataFrame:
    """Make one goods item from each line that came without `goods_items`."""
    has_items = pl.col("goods_items").list.len().fill_null(0) > 0
    if lines.select(has_items.all()).item():
        return lines
    own = {"hs_code": pl.col("hs_codes").list.first()}
    item = pl.struct(own.get(item.name, pl.col(item.name)).alias(item.name) for item in ITEM.fields)
    return lines.with_columns(
        pl.when(has_items).then("goods_items").otherwise(pl.concat_list(item)).alias("goods_items")
    )


def versions(filings: pl.DataFrame, written: Sequence[int] = ()) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Split filings into the latest of each KEY, the earlier ones, and copies of a filing that was read before.

    Versions are ordered by the moment of filing. Where the moments are equal, the number of the version counts if all
    have one, otherwise the file that was `written` later (one number per `_file`). The order of reading counts only
    where these are equal, too; see `ties`. Missing numbers are counted on in that order, from 1; COUNTED says for which
    filings.
    """
    filings = filings.with_columns(pl.col("version").is_null().alias(COUNTED))
    several = repeated(filings)
    alone = filings.filter(~several).with_columns(pl.col("version").fill_null(1))
    if not several.any():
        return alone, filings.clear(), filings.clear()
    read = filings.filter(several).sort(ORDER)
    copy = ~read.select(pl.struct(*COLUMNS, *_fields(read)).is_first_distinct()).to_series()
    copies, ranked = read.filter(copy), _ordered(read.filter(~copy), written)
    rank = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over(KEY)
    last = pl.int_range(pl.len(), dtype=pl.Int64).over(KEY) == pl.len().over(KEY).cast(pl.Int64) - 1
    numbered = ranked.with_columns(counted_on(pl.col("version")).alias("version"))
    clash = pl.struct(*KEY, "version").is_duplicated().any().over(KEY)
    numbered = numbered.with_columns(
        pl.when(clash).then(rank).otherwise("version").alias("version"), (pl.col(COUNTED) | clash).alias(COUNTED)
    )
    latest = pl.concat([alone, numbered.filter(last)]).sort(ORDER)
    return latest, numbered.filter(~last).sort(ORDER), copies


def counted_on(stated: pl.Expr, start: pl.Expr | None = None) -> pl.Expr:
    """`stated` numbers of versions, with the missing ones counted on: per KEY, in the order of the rows.

    A missing number is larger than all before it, and than `start`, the last number that is known from elsewhere.
    """
    first = pl.lit(0, pl.Int64) if start is None else start.fill_null(0)
    rank = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over(KEY)
    missing = stated.is_null().cast(pl.Int64).cum_sum().over(KEY)
    before = pl.max_horizontal(stated.cum_max().forward_fill().over(KEY).fill_null(0), first)
    return stated.fill_null(pl.max_horizontal(first + rank, before + missing))


def ties(latest: pl.DataFrame, earlier: pl.DataFrame, written: Sequence[int] = ()) -> list[str]:
    """A note on consignments of which two filings have the same moment and no order, so that the last one read counts.

    Takes what `versions` returned.
    """
    if not earlier.height or not len(written):
        return []
    same = latest.join(earlier, on=[*KEY, "filed_at"], suffix="_other", nulls_equal=True)
    unclear = pl.col(COUNTED) | pl.col(f"{COUNTED}_other")
    at = _written(written)
    count = same.filter(unclear, pl.col(FILE) != pl.col(f"{FILE}_other"), at(FILE) == at(f"{FILE}_other"))
    count = count.select(KEY).unique()
    if not count.height:
        return []
    return [
        f"{counted(count.height, 'consignment')} with several filings of the same moment, in files of the same time; "
        "the filing that was read last counts; state the versions, or give each file a time of its own"
    ]


def _ordered(filings: pl.DataFrame, written: Sequence[int]) -> pl.DataFrame:
    """The filings of each KEY in the order of their versions."""
    stated = pl.col("version").is_not_null().all().over([*KEY, "filed_at"])
    order = [
        *KEY,
        "filed_at",
        pl.when(stated).then("version"),
        (_written(written) if len(written) else pl.col)(FILE),
        "version",
        ORDER,
    ]
    return filings.sort(order, nulls_last=False)


def _written(written: Sequence[int]) -> Callable[[str], pl.Expr]:
    """When the file of each row was written."""
    return lambda name: pl.col(name).replace_strict(dict(enumerate(written)), default=0, return_dtype=pl.Int64)
