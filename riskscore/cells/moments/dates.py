"""Read dates as people write them, as moments in UTC; a time without a zone is taken as UTC.

    2019-03-25T08:30Z   25.03.2019   25/03/2019 08:30   25-MAR-2019   Mar 25, 2019   20190325   43549 (Excel)

03/04/2019 is 3 April or 4 March, and 24/03/14 may begin with the year (see date_order.py). One value of the column with
only one reading (25/03/2019) decides the order for the others, unless another value shows the opposite order. Where the
column has no such value, the other columns of dates in the file decide, then the only order in which the dates of each
row are near. Without these, or with both kinds, the dates are refused as `ambiguous_date`. In dates with dots the day
comes first, unless the column shows the opposite order.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import polars as pl

from riskscore.cells import nothing
from riskscore.cells.moments import date_order, months
from riskscore.cells.moments.date_order import DateOrder
from riskscore.cells.texts import as_text
from riskscore.schema import UTC

_REST = r"(?:[T ,]+(.*))?$"
_NAME = r"(\p{L}{3,12})"
_SHAPES = {
    "year_first": (r"^(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})" + _REST, ("year", "month", "day", "rest")),
    "compact": (
        r"^((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:T?(\d{4}(?:\d{2})?Z?)|[T ]+(.+))?$",
        ("year", "month", "day", "rest", "rest"),
    ),
    "in_words": (
        r"^(\d{1,2})~(\d{1,2})[-/., ]*(?:NAM )?(\d{4}|\d{2})" + _REST,
        ("day", "month", "year", "rest"),
    ),
    "ordered": (r"^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})" + _REST, ("first", "second", "year", "rest")),
    "six_digits": (r"^(\d{2})(\d{2})(\d{2})(?: (.+))?$", ("first", "second", "year", "rest")),
    "ten_digits": (r"^([2-9]\d)(\d{2})(\d{2})(\d{4})$", ("first", "second", "year", "rest")),
    "eight_digits": (r"^(\d{2})(\d{2})((?:19|20)\d{2})$", ("first", "second", "year")),
    "day_name": (
        r"^(\d{1,2})(?:ST|ND|RD|TH|ER|O|A)?[-/., ]*" + _NAME + r"[-/., ]*(\d{4}|\d{2})" + _REST,
        ("day", "name", "year", "rest"),
    ),
    "name_day": (
        rf"^{_NAME}" + r"[-/. ]*(\d{1,2})(?:ST|ND|RD|TH)?[-/., ]+(\d{4})" + _REST,
        ("name", "day", "year", "rest"),
    ),
    "year_name": (r"^(\d{4})[-/. ]" + _NAME + r"[-/. ](\d{1,2})" + _REST, ("year", "name", "day", "rest")),
    "week": (r"^(\d{4})-?W(\d{2})-?([1-7])" + _REST, ("year", "week", "weekday", "rest")),
}
_ZONES = {
    zone: hours
    for hours, zones in {
        **{0: "Z UTC GMT WET", 1: "WAT CET", 2: "CAT CEST EET SAST", 3: "EEST EAT MSK TRT", 5: "PKT", 7: "ICT WIB"},
        **{8: "HKT SGT PHT", 9: "JST KST", 10: "AEST", 12: "NZST", -3: "BRT ART", -4: "EDT", -5: "EST CDT"},
        **{-6: "MDT", -7: "MST PDT", -8: "PST"},
    }.items()
    for zone in zones.split()
}
"""Hours ahead of UTC. Letters that mean several zones, such as CST, IST and BST, are left out: the date is refused."""
_ZONE = rf"((?:UTC|GMT)? ?[+-]\d{{1,2}}(?::?\d{{2}})?|{'|'.join(_ZONES)})"
_TIME = (
    r"^(\d{1,2})[:.H]? ?(\d{2})(?:[:.]?(\d{2})(?:[.,:](\d{1,9}))?)?"
    rf"\s*(AM|PM|A\.? ?M\.?|P\.? ?M\.?)?\s*{_ZONE}?(?: ?UTC)?$"
)
_ISO = r"^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]00:?00)?)?$"
_DIGITS = dict(zip("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹०१२३४५६७८९๐๑๒๓๔๕๖๗๘๙", "0123456789" * 4, strict=True))
_EAST = {
    "년": "-",
    "월": "-",
    "일": " ",
    "年": "-",
    "月": "-",
    "日": " ",
    "号": " ",
    "號": " ",
    "时": ":",
    "時": ":",
    "分": " ",
}
_TENS = {"十一月": "11月", "十二月": "12月", "十月": "10月"}
_ONES = {f"{sign}月": f"{number}月" for number, sign in enumerate("一二三四五六七八九", start=1)}
_MONTH_BETWEEN = (r"^(\D*\d{1,2})[-/., ]+(\d{1,2}) ?[月월] ?[-/., ]*(\d)", "${1}~${2} ${3}")
"""The month between day and year, as databases and spreadsheets in Chinese, Japanese and Korean write it: 14-3月-24."""
_MONTH_IN_WORDS = (r"^(\D*\d{1,2})[-/., ]*TH(?:AN)?G\.? ?(\d)", "${1}~${2}")
"""The same in Vietnamese: 14 THANG 3 NAM 2024, 14-THG3-24. The sign ~ is in no date."""
_WORDS = (
    r"\b(?:DE|DEL|OF|DI|DU|THE|NGAY|HRS?|HOURS?|UHR|LT|LOCAL|AT|A LAS|AS|\x{0413}(?:\x{041E}\x{0414}\x{0410}?)?)\b\.?"
    r"|\(.*\)"
)
"""Words around the parts of a date: 14 de marzo de 2024, 1000 hrs, (local time)."""
_END = r"^(\d{4}-\d{2}-\d{2})Z$|^(.*\d)\x{0413}\.?$"
_BEFORE_NOON, _AFTER_NOON = (
    rf"(?:{words})\s*(\d{{1,2}}:\d{{2}}(?::\d{{2}})?)" for words in ("上午|午前|오전", "下午|午後|오후")
)
_PIVOT = 69
_FARTHEST = timedelta(days=200)
"""Most days between two dates of one consignment. With day and month exchanged they may be eleven months apart."""
_HOURS = 24
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
    if (read["fault"] == "ambiguous_date").any() and others and order is None:
        read = _read(frame.drop_nulls().unique(), pl.concat([as_text(column).alias("text") for column in others]))
        if (read["fault"] == "ambiguous_date").any() and (order := _possible([frame["text"], *others])):
            read = _read(frame.drop_nulls().unique(), order=order)
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
    settled = date_order.settle(parts, shown, order)
    named = pl.col("name").replace_strict(months.months(), default=None, return_dtype=pl.Int64)
    return _assemble(settled.with_columns(pl.coalesce("month", named))).select("text", "moment", "fault")


def _possible(columns: Sequence[pl.Series]) -> DateOrder | None:
    """The only order in which the dates of each row of `columns` lie near each other; None where there is not one."""
    texts = [as_text(column).alias(str(place)) for place, column in enumerate(columns)]
    if len({text.len() for text in texts}) > 1:
        return None
    possible: list[DateOrder] = []
    for order in ("day", "month"):
        read = [_read(pl.DataFrame({"text": text}).drop_nulls().unique(), None, order) for text in texts]
        moments = [
            pl.DataFrame({"text": text})
            .join(one, on="text", how="left", maintain_order="left")["moment"]
            .alias(text.name)
            for text, one in zip(texts, read, strict=True)
        ]
        gaps = pl.DataFrame(moments).select(gap=pl.max_horizontal(pl.all()) - pl.min_horizontal(pl.all()))["gap"]
        if (gaps <= _FARTHEST).all():
            possible.append(order)
    return possible[0] if len(possible) == 1 else None


def _split(distinct: pl.DataFrame) -> pl.DataFrame:
    """Add the parts of each text: year, month, day and so on, as texts."""
    east = pl.col("text").str.slice(0, 80).str.normalize("NFKC")
    east = east.str.replace_many(_TENS).str.replace_many(_ONES).str.replace(*_MONTH_BETWEEN)
    east = east.str.replace(_BEFORE_NOON, "$1 AM").str.replace(_AFTER_NOON, "$1 PM").str.replace_many(_EAST | _DIGITS)
    plain = (
        east.str.normalize("NFKD")
        .str.replace_all(r"\p{M}", "")
        .str.to_uppercase()
        .str.replace_all("[\u2010-\u2015\u2212]", "-")
        .str.replace(*_MONTH_IN_WORDS)
    )
    tidy = plain.str.replace_all(r"\s+", " ").str.replace_all(r"(\d)- ", "$1-").str.strip_chars(" '\"")
    tidy = tidy.str.replace(months.weekday(), "").str.replace(_END, "$1$2")
    bare = pl.col("tidy").str.replace_all(_WORDS, " ").str.replace_all(r"\s+", " ").str.strip_chars(" .,")
    parts = distinct.with_columns(tidy=tidy).with_columns(
        tidy=bare, blank=nothing.is_nothing(pl.col("tidy")) | pl.col("tidy").str.contains(r"^[0/.-]+$")
    )
    fields: dict[str, list[pl.Expr]] = {}
    for pattern, names in _SHAPES.values():
        for place, name in enumerate(names, start=1):
            fields.setdefault(name, []).append(pl.col("tidy").str.extract(pattern, place))
    parts = parts.with_columns(pl.coalesce(exprs).alias(name) for name, exprs in fields.items())
    by_name = pl.col("day").is_not_null()  # a compact date has the digits of an ordered one
    return parts.with_columns(pl.when(~by_name).then(name).alias(name) for name in ("first", "second"))


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
    # 24:00 is midnight at the end of the day.
    midnight = (hours == _HOURS) & (pl.col("minute") == "00") & (pl.col("second_").fill_null("00") == "00")
    hours = pl.when(midnight).then(0).otherwise(hours)
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
    moment = text.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", strict=False, time_unit="us", ambiguous="null")
    moment = pl.coalesce(moment, _week()) + pl.when(midnight.fill_null(False)).then(pl.duration(days=1)).otherwise(
        pl.duration(days=0)
    )
    written = pl.when(timed).then(moment - pl.duration(minutes=_minutes_ahead().fill_null(0)))
    epochs = [pl.when(pl.col("first").is_null()).then(epoch) for epoch in _epochs()]
    read = pl.coalesce(written, _serial(), *epochs).dt.replace_time_zone("UTC").cast(UTC)
    fault = (
        pl.when(pl.col("blank") | read.is_not_null())
        .then(None)
        .when("ambiguous")
        .then(pl.lit("ambiguous_date"))
        .otherwise(pl.lit("not_a_date"))
    )
    return parts.with_columns(moment=pl.when(~pl.col("blank")).then(read), fault=fault)


def _minutes_ahead() -> pl.Expr:
    """Minutes that the time zone is ahead of UTC."""
    zone = pl.col("zone")
    sign = pl.when(zone.str.contains("-", literal=True)).then(-1).otherwise(1)
    hours, minutes = zone.str.extract(r"[+-](\d{1,2})", 1), zone.str.extract(r"[+-]\d{1,2}:?(\d{2})$", 1)
    apart = sign * (hours.cast(pl.Int64) * 60 + minutes.cast(pl.Int64).fill_null(0))
    return pl.coalesce(apart, zone.replace_strict(_ZONES, default=None, return_dtype=pl.Int64) * 60)


def _week() -> pl.Expr:
    """The day of an ISO week, such as 2024-W11-4; null where the year has no such week."""
    year = pl.col("year").str.slice(0, 4).cast(pl.Int32)
    fourth = pl.date(year, 1, 4)
    days = (pl.col("week").cast(pl.Int64) - 1) * 7 + pl.col("weekday").cast(pl.Int64) - fourth.dt.weekday()
    day = (fourth + pl.duration(days=days)).cast(pl.Datetime("us"))
    return pl.when(pl.col("week").is_not_null() & (day.dt.iso_year() == year)).then(day)


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
