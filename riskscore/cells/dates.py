"""Read dates as people write them, as moments in UTC; a time without a zone is taken as UTC.

    2019-03-25T08:30Z   25.03.2019   25/03/2019 08:30   25-MAR-2019   Mar 25, 2019   20190325   43549 (Excel)

03/04/2019 is 3 April or 4 March. One value of the column with only one reading (25/03/2019) decides the order for the
others, unless another value shows the opposite order. Where the column has no such value, the other columns of dates in
the file decide. Without any such value, or with both kinds, these dates are refused as `ambiguous_date`. In dates with
dots the day comes first, unless the column shows the opposite order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import polars as pl

from riskscore.cells import nothing
from riskscore.cells.texts import as_text
from riskscore.schema import UTC

DateOrder: TypeAlias = Literal["day", "month", "year"]
"""What comes first in a date such as 04/03/24, where a person says it."""

_REST = r"(?:[T ,]+(.*))?$"
_SHAPES = {
    "year_first": (r"^(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})" + _REST, ("year", "month", "day", "rest")),
    "compact": (r"^(\d{4})(\d{2})(\d{2})(?:T?(\d{4}(?:\d{2})?Z?))?$", ("year", "month", "day", "rest")),
    "ordered": (r"^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})" + _REST, ("first", "second", "year", "rest")),
    "day_name": (
        r"^(\d{1,2})(?:ST|ND|RD|TH)?[-/., ]*([A-Z]{3,10})[-/., ]*(\d{4}|\d{2})" + _REST,
        ("day", "name", "year", "rest"),
    ),
    "name_day": (
        r"^([A-Z]{3,10})[-/. ]*(\d{1,2})(?:ST|ND|RD|TH)?[-/., ]+(\d{4})" + _REST,
        ("name", "day", "year", "rest"),
    ),
    "year_name": (r"^(\d{4})[-/. ]([A-Z]{3,10})[-/. ](\d{1,2})" + _REST, ("year", "name", "day", "rest")),
}
_ZONE = r"(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)"
_TIME = rf"^(\d{{1,2}}):?(\d{{2}})(?::?(\d{{2}})(?:[.,](\d{{1,9}}))?)?\s*(AM|PM|A\.M\.|P\.M\.)?\s*{_ZONE}?$"
_MONTHS = {
    name: number
    for number, names in enumerate(
        [
            ("JAN", "JANV", "ENE", "JANEIRO", "ENERO", "JANVIER", "JANUAR"),
            ("FEB", "FEV", "FEVR", "FEBRERO", "FEVRIER", "FEVEREIRO", "FEBRUAR"),
            ("MAR", "MARS", "MRZ", "MARZO", "MARCO", "MAERZ", "MARZ"),
            ("APR", "AVR", "ABR", "AVRIL", "ABRIL"),
            ("MAY", "MAI", "MAYO", "MAIO"),
            ("JUN", "JUIN", "JUNIO", "JUNHO", "JUNI"),
            ("JUL", "JUIL", "JULIO", "JULHO", "JUILLET", "JULI"),
            ("AUG", "AOU", "AOUT", "AGO", "AGOSTO"),
            ("SEP", "SEPT", "SET", "SEPTIEMBRE", "SETEMBRO", "SEPTEMBRE"),
            ("OCT", "OKT", "OUT", "OCTUBRE", "OUTUBRO", "OCTOBRE", "OKTOBER"),
            ("NOV", "NOVIEMBRE", "NOVEMBRO", "NOVEMBRE"),
            ("DEC", "DIC", "DEZ", "DICIEMBRE", "DEZEMBRO", "DECEMBRE", "DEZEMBER"),
        ],
        start=1,
    )
    for name in names
} | dict(
    zip(
        [
            "JANUARY",
            "FEBRUARY",
            "MARCH",
            "APRIL",
            "JUNE",
            "JULY",
            "AUGUST",
            "SEPTEMBER",
            "OCTOBER",
            "NOVEMBER",
            "DECEMBER",
        ],
        [1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12],
        strict=True,
    )
)
_ISO = r"^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]00:?00)?)?$"
_WEEKDAY = r"^(?:MON|TUE|TUES|WED|THU|THUR|THURS|FRI|SAT|SUN)(?:DAY|SDAY|NESDAY|RSDAY|URDAY)?[., ]+"
_PIVOT = 69
_EPOCH_UNITS = {10: 1_000_000, 13: 1_000, 16: 1}


def parse(values: pl.Series, others: Sequence[pl.Series] = (), order: DateOrder | None = None) -> pl.DataFrame:
    """Read `values` of any type. `others` are the other columns of dates in the same file.

    A person may say the `order` of day, month and year; otherwise the values and the `others` decide it.

    Returns one row per value: `moment` (UTC, microseconds) and `fault` (null, `not_a_date` or `ambiguous_date`). An
    empty value has neither.
    """
    dtype = values.dtype
    if dtype == pl.Date or isinstance(dtype, pl.Datetime):
        zone = dtype.time_zone if isinstance(dtype, pl.Datetime) else None
        moments = values.cast(pl.Datetime("us", zone))
        moments = moments.dt.convert_time_zone("UTC") if zone else moments.dt.replace_time_zone("UTC")
        return pl.DataFrame({"moment": moments}).with_columns(fault=pl.lit(None, pl.String))
    frame = pl.DataFrame({"text": as_text(values).alias("text")}).with_columns(pl.col("text").replace("", None))
    usual = _read_usual(frame["text"])
    if usual.null_count() == frame["text"].null_count():
        return pl.DataFrame({"moment": usual}).with_columns(fault=pl.lit(None, pl.String))
    read = _read(frame.drop_nulls().unique(), order=order)
    if (read["fault"] == "ambiguous_date").any() and others:
        read = _read(frame.drop_nulls().unique(), pl.concat([as_text(column).alias("text") for column in others]))
    return frame.join(read, on="text", how="left", maintain_order="left").drop("text")


def _read_usual(text: pl.Series) -> pl.Series:
    """Moments of a column whose values are all ISO 8601 in UTC, as in most files; all null where one is not."""
    iso = text.filter(text.str.contains(_ISO).fill_null(False))
    if iso.len() < text.len() - text.null_count():
        return text.clear().cast(UTC).extend_constant(None, text.len())
    clock = text.str.slice(11, 8)
    to_second = text.str.head(10) + " " + clock.zip_with(clock != "", pl.Series(["00:00:00"]))
    parts = to_second + text.str.extract(r"(\.\d{1,6})").fill_null("")
    return parts.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", strict=False, time_unit="us").dt.replace_time_zone("UTC")


def _read(distinct: pl.DataFrame, others: pl.Series | None = None, order: DateOrder | None = None) -> pl.DataFrame:
    """Moments and faults of `distinct` texts; `others` are texts that also show the order of day and month."""
    parts = _split(distinct)
    shown = parts if others is None else pl.concat([parts, _split(others.drop_nulls().unique().to_frame())])
    return _assemble(_order(parts, shown, order)).select("text", "moment", "fault")


def _split(distinct: pl.DataFrame) -> pl.DataFrame:
    """Add the parts of each text: year, month, day and so on, as texts."""
    plain = pl.col("text").str.slice(0, 60).str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_uppercase()
    tidy = (
        plain.str.replace_all(r"[年月]", "-").str.replace_all("日", " ").str.replace_all(r"\s+", " ").str.strip_chars()
    )
    parts = distinct.with_columns(tidy=tidy.str.replace(_WEEKDAY, "")).with_columns(
        blank=nothing.is_nothing(pl.col("tidy")) | pl.col("tidy").str.contains(r"^[0/.-]+$")
    )
    fields: dict[str, list[pl.Expr]] = {}
    for pattern, names in _SHAPES.values():
        for place, name in enumerate(names, start=1):
            fields.setdefault(name, []).append(pl.col("tidy").str.extract(pattern, place))
    return parts.with_columns(pl.coalesce(exprs).alias(name) for name, exprs in fields.items())


def _order(parts: pl.DataFrame, shown: pl.DataFrame, said: DateOrder | None = None) -> pl.DataFrame:
    """Decide which number is the day, as the texts `shown` tell; adds `ambiguous` where nothing decides it."""
    first, second = pl.col("first").cast(pl.Int64), pl.col("second").cast(pl.Int64)
    day_first, month_first = (first > 12) & (second <= 12), (second > 12) & (first <= 12)
    orders = shown.select(day=day_first.any(ignore_nulls=True), month=month_first.any(ignore_nulls=True)).row(0)
    by_day, by_month = orders[0] is True, orders[1] is True
    if said in ("day", "month"):
        by_day, by_month = said == "day", said == "month"
    dotted = pl.col("tidy").str.contains(r"^\d{1,2}\.")
    is_day_first = day_first | (pl.lit(by_day and not by_month)) | (dotted & pl.lit(not by_month)) | (first == second)
    is_month_first = month_first | pl.lit(by_month and not by_day)
    days = pl.when(month_first).then(second).when(is_day_first).then(first).when(is_month_first).then(second)
    months = pl.when(month_first).then(first).when(is_day_first).then(second).when(is_month_first).then(first)
    return parts.with_columns(
        day=pl.coalesce(pl.col("day").cast(pl.Int64), days),
        month=pl.coalesce(
            pl.col("month").cast(pl.Int64),
            months,
            pl.col("name").replace_strict(_MONTHS, default=None, return_dtype=pl.Int64),
        ),
        ambiguous=first.is_not_null() & days.is_null(),
    )


def _assemble(parts: pl.DataFrame) -> pl.DataFrame:
    year = pl.col("year").cast(pl.Int64)
    full = (
        pl.when(pl.col("year").str.len_chars() > 2)
        .then(year)
        .when(year < _PIVOT)
        .then(year + 2000)
        .otherwise(year + 1900)
    )
    clock = ["hour", "minute", "second_", "fraction", "half", "zone"]
    rest = pl.col("rest").replace("", None).str.strip_chars()
    parts = parts.with_columns(pl.col("rest").replace("", None)).with_columns(
        rest.str.extract(_TIME, place).alias(name) for place, name in enumerate(clock, start=1)
    )
    hour = pl.col("hour").cast(pl.Int64)
    half = pl.col("half").str.head(1)
    hours = pl.when(half == "P").then(hour % 12 + 12).when(half == "A").then(hour % 12).otherwise(hour)
    text = pl.format(
        "{}-{}-{} {}:{}:{}.{}",
        full.cast(pl.String).str.zfill(4),
        pl.col("month").cast(pl.String).str.zfill(2),
        pl.col("day").cast(pl.String).str.zfill(2),
        hours.fill_null(0).cast(pl.String).str.zfill(2),
        pl.col("minute").fill_null("00"),
        pl.col("second_").fill_null("00"),
        pl.col("fraction").fill_null("0").str.pad_end(6, "0").str.slice(0, 6),
    )
    timed = pl.col("rest").is_null() | pl.col("hour").is_not_null()
    sign = pl.when(pl.col("zone").str.starts_with("-")).then(-1).otherwise(1)
    digits = pl.col("zone").str.replace_all(r"\D", "")
    minutes = sign * (
        digits.str.slice(0, 2).cast(pl.Int64, strict=False).fill_null(0) * 60
        + digits.str.slice(2, 2).cast(pl.Int64, strict=False).fill_null(0)
    )
    moment = text.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", strict=False, time_unit="us", ambiguous="null")
    written = pl.when(timed).then(moment - pl.duration(minutes=minutes.fill_null(0)))
    read = pl.coalesce(written, _serial(), *_epochs()).dt.replace_time_zone("UTC").cast(UTC)
    fault = (
        pl.when(pl.col("blank") | read.is_not_null())
        .then(None)
        .when("ambiguous")
        .then(pl.lit("ambiguous_date"))
        .otherwise(pl.lit("not_a_date"))
    )
    return parts.with_columns(moment=pl.when(~pl.col("blank")).then(read), fault=fault)


def _serial() -> pl.Expr:
    """Days since 30 December 1899, as Excel counts them; 20000 to 79999 are the years 1954 to 2119."""
    days = pl.col("tidy").str.extract(r"^([2-7]\d{4}(?:\.\d+)?)$", 1).cast(pl.Float64)
    seconds = (days * 86_400).round().cast(pl.Int64)
    return pl.datetime(1899, 12, 30, time_unit="us") + pl.duration(seconds=seconds)


def _epochs() -> list[pl.Expr]:
    """Seconds, milliseconds or microseconds since 1970, distinguished by their number of digits."""
    return [
        (pl.col("tidy").str.extract(rf"^([1-4]\d{{{digits - 1}}})$", 1).cast(pl.Int64) * unit).cast(pl.Datetime("us"))
        for digits, unit in _EPOCH_UNITS.items()
    ]
