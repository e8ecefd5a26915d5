"""Read weights, volumes, temperatures and counts with their units: in the cell, in the heading, in a column beside it.

    "12,500 KGS / 12.5 MT"   ─▶ 12,500 kg: both say the same
    "KG 12000"               ─▶ 12,000 kg
    "0.4 F", "minus 18"      ─▶ -17.6 °C, -18 °C; "2 to 8 C" is a range, and unknown
    "12,000" beside "KGS"    ─▶ no count of packages

The words of units are data, in `features/reference/columns.toml`. A figure in a unit that is not known is unknown.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache

import polars as pl

from riskscore import units
from riskscore.cells import headings, numbers, texts
from riskscore.units import counted

UNITS_BESIDE = {"gross_weight_kg": "weight_unit", "quantity_kg": "weight_unit", "volume_m3": "volume_unit"}
"""The column of units beside a column of figures."""

UNKNOWN = "unknown_unit"
"""The fault of a figure with a unit that is not known."""

_QUALIFIERS = frozenset(
    ("gross", "gw", "gwt", "brutto", "bruto", "brut", "total", "approx", "abt", "about", "ca", "circa")
)
_SEVERAL = r"^(.*[0-9].*?)\s*[/(|;=]\s*([^/(|;=]*[0-9][^/(|;=]*?)\)?$"
_EXAMPLES = 3
_NEAR = 0.01
"""Largest difference, as a share, of two figures in two units that say the same."""

_TOO_MUCH = {"volume_m3": 1e3}
"""Cubic metres, or kilograms, of a figure that no cargo in containers has."""

_MINUS = frozenset(("minus", "neg", "negative", "moins", "menos", "am", "零下", "минус", "meno", "eksi"))
_PLUS = frozenset(("plus", "positive", "pos"))
_CELSIUS = frozenset(
    (
        *(
            "c",
            "cel",
            "celsius",
            "°",
            "°c",
            "° c",
            "deg",
            "deg c",
            "degc",
            "degree",
            "degrees",
            "degrees c",
            "deg celsius",
        ),
        *(
            "degrees celsius",
            "degree celsius",
            "grad",
            "grad c",
            "grados",
            "grados c",
            "graus",
            "graus c",
            "度",
            "摄氏度",
        ),
        *("do c", "cent"),
    )
)
_FAHRENHEIT = frozenset(
    ("f", "fah", "fahrenheit", "°f", "° f", "deg f", "degf", "degrees f", "degrees fahrenheit", "华氏度")
)


def plain(unit: str) -> str:
    """`unit` in lower case without accents, dots, brackets and a word such as GROSS: KILOGRAM(S) is kilograms."""
    text = unit.lower().replace("(s)", "s").replace("(es)", "es")
    text = texts.without_accents(text)
    spaced = "".join(c if c.isalnum() or c == "°" else " " for c in unicodedata.normalize("NFC", text))
    return " ".join(word for word in spaced.split() if word not in _QUALIFIERS)


@cache
def factors(column: str) -> Mapping[str, float]:
    """Kilograms or cubic metres in one unit of `column`; the keys are plain."""
    lists = headings.table()["units"]
    if column == "volume_m3":
        known = lists["volume"]
    else:
        known = units.KG_PER_UNIT | lists["weight"] | lists["weight_in_cells"]
        known |= lists["declared_weight"] if column == "gross_weight_kg" else {}
    spaced = {plain(unit): float(factor) for unit, factor in known.items()}
    return {unit.replace(" ", ""): factor for unit, factor in spaced.items()} | spaced


def scaled(
    column: str, values: pl.Series, read: pl.DataFrame, heading: str | None, beside: pl.Series | None, notes: list[str]
) -> pl.DataFrame:
    """Figures of `read` (numbers.parse of `values`) in kilograms or cubic metres: `number` and `fault`.

    The unit in the cell counts, else the one `beside` it, else the `heading`. What is doubtful is added to `notes`.
    """
    known = factors(column)
    inside = _units(read)
    if beside is not None:
        beside = texts.by_distinct(beside.str.to_lowercase(), _each).replace("", None)
    unit = inside if beside is None else inside.zip_with(inside.is_not_null(), beside)
    usual = known[plain(heading)] if heading else 1.0
    is_plain = unit.null_count() == unit.len() and read["fault"].null_count() == read.height
    is_plain &= read["grouped"].null_count() == read.height
    if is_plain and (heading is not None or column != "quantity_kg"):
        return read.select(pl.col("number") * usual if usual != 1 else "number", "fault")
    factor = unit.replace_strict(known, default=None, return_dtype=pl.Float64)
    factor = factor.zip_with(unit.is_not_null(), pl.Series([usual]).new_from_index(0, unit.len()))
    number, fault = (read["number"] * factor).alias("number"), read["fault"]
    number, fault = _without_thousands(column, values, number, read.with_columns(fault=fault), notes)
    is_unknown = factor.is_null() & read["number"].is_not_null()
    if is_unknown.any() and column == "quantity_kg":  # what was found may be counted: 12,000 cartons are no weight
        examples = ", ".join(unit.filter(is_unknown).unique(maintain_order=True).head(_EXAMPLES).to_list())
        count = counted(int(is_unknown.sum()), "value")
        notes.append(f"{column}: {count} in units other than weight, such as {examples}; left empty")
    elif is_unknown.any():
        fault = fault.set(is_unknown, UNKNOWN)
    if (
        column == "quantity_kg"
        and heading is None
        and beside is None
        and (bare := unit.is_null() & number.is_not_null()).any()
    ):
        notes.append(f"{column}: {counted(int(bare.sum()), 'value')} without a unit; read as kilograms")
    several = (fault == "not_a_number") & texts.as_text(values).str.contains(_SEVERAL)
    if several.any():
        number, fault = _agreed(column, texts.as_text(values), number, fault, several.fill_null(False))
    if heading is not None and beside is not None:
        given = inside.is_null() & number.is_not_null()
        differs = beside.replace_strict(known, default=None, return_dtype=pl.Float64) != usual
        if differing := int((given & differs).sum()):
            rows = counted(differing, "row")
            notes.append(
                f"{column}: the heading says {heading}, but the column of units says otherwise in {rows}; "
                "the column counts"
            )
    return pl.DataFrame({"number": number, "fault": fault})


def _without_thousands(
    column: str, values: pl.Series, number: pl.Series, read: pl.DataFrame, notes: list[str]
) -> tuple[pl.Series, pl.Series]:
    """The figures `number` and faults where the comma of a weight such as 12,500 MT, or of 33,200 CBM, is decimal.

    It is where the figure is too much otherwise. Where other figures of the column or the file show that a comma
    separates thousands, such a figure is unknown.
    """
    is_too_much = (read["grouped"].is_not_null() & (number >= _TOO_MUCH.get(column, 1e6))).fill_null(False)
    if not is_too_much.any():
        return number, read["fault"]
    is_shown = is_too_much & (read["grouped"] == "shown").fill_null(False)
    is_guessed = is_too_much & ~is_shown
    if is_guessed.any():
        example = texts.as_text(values).filter(is_guessed).item(0)
        count = counted(int(is_guessed.sum()), "figure")
        notes.append(
            f"{column}: {count} such as {example} read with a decimal comma, as it would be too much otherwise"
        )
    number = number.zip_with(~is_guessed, number / 1000)
    return number.set(is_shown, None), read["fault"].set(is_shown, "ambiguous_number")


def _units(read: pl.DataFrame) -> pl.Series:
    """The plain units in the cells, before or after the number; null where there is none."""
    around = numbers.around(read)
    return around if around.null_count() == around.len() else texts.by_distinct(around, _each).replace("", None)


def _each(distinct: pl.Series) -> pl.Series:
    return pl.Series([plain(unit) for unit in distinct], dtype=pl.String)


def _agreed(
    column: str, values: pl.Series, number: pl.Series, fault: pl.Series, both: pl.Series
) -> tuple[pl.Series, pl.Series]:
    """Read cells with the same figure in two units; where the two differ, the cell stays unknown."""
    rows = both.arg_true()
    cells = values.gather(rows)
    halves = [cells.str.extract(_SEVERAL, place) for place in (1, 2)]
    first, second = (scaled(column, half, numbers.parse(half), None, None, []) for half in halves)
    same = (first["number"] - second["number"]).abs() <= _NEAR * first["number"].abs()
    good = rows.filter(same.fill_null(False))
    return number.scatter(good, first["number"].filter(same.fill_null(False))), fault.scatter(good, None)


def celsius(read: pl.DataFrame, heading: str | None, beside: pl.Series | None = None) -> pl.DataFrame:
    """Temperatures of `read` (of numbers.parse) in degrees Celsius: `number` and `fault`.

    The unit in the cell counts, else the one `beside` it, else the `heading`.
    """
    if beside is not None:
        read = read.with_columns(unit=pl.coalesce("unit", beside))
    around = numbers.around(read)
    if around.null_count() == around.len() and heading not in ("f", "fahrenheit"):
        return read.select("number", "fault")
    distinct = read.select("before", "unit").unique()
    said = [_temperature(*row) for row in distinct.iter_rows()]
    told = distinct.with_columns(
        minus=pl.Series([one[0] for one in said], dtype=pl.Boolean),
        scale=pl.Series([one[1] for one in said], dtype=pl.String),
    )
    frame = read.join(told, on=["before", "unit"], how="left", nulls_equal=True, maintain_order="left")
    degrees = pl.when("minus").then(-pl.col("number").abs()).otherwise("number")
    is_fahrenheit = (pl.col("scale") == "f") | ((pl.col("scale") == "") & pl.lit(heading in ("f", "fahrenheit")))
    number = pl.when(pl.col("scale") != "?").then(
        pl.when(is_fahrenheit).then((degrees - 32) * 5 / 9).otherwise(degrees)
    )
    fault = pl.when((pl.col("scale") == "?") & pl.col("number").is_not_null()).then(pl.lit(UNKNOWN)).otherwise("fault")
    return frame.select(number.alias("number"), fault.alias("fault"))


def _temperature(before: str | None, unit: str | None) -> tuple[bool, str]:
    """Whether the words before a temperature make it negative, and its scale: c, f, blank if unsaid, ? if unknown."""
    words = plain(before or "").split()
    minus = any(word in _MINUS for word in words)
    rest = " ".join(word for word in words if word not in _MINUS | _PLUS | {"temp", "temperature", "set", "at"})
    told = " ".join(part for part in (rest, plain(unit or "")) if part)
    if not told:
        return minus, ""
    return minus, "c" if told in _CELSIUS else "f" if told in _FAHRENHEIT else "?"


def is_measure(unit: pl.Series) -> pl.Series:
    """Whether each text is a unit of weight, volume, area, length or energy, in which packages are not counted."""
    others = {plain(word) for word in headings.table()["units"]["others"]["words"]}
    words = headings.table()["values"]["package_type"]
    packages = {plain(word) for name, known in words.items() for word in (name, *known)}
    known = (others | set(factors("quantity_kg")) | set(factors("volume_m3"))) - packages

    def read(distinct: pl.Series) -> pl.Series:
        return pl.Series([plain(text) in known for text in distinct], dtype=pl.Boolean)

    filled = unit.drop_nulls().unique()
    table = pl.DataFrame({"text": filled, "is": read(filled)})
    joined = pl.DataFrame({"text": unit}).join(table, on="text", how="left", maintain_order="left")
    return joined["is"].fill_null(False)
