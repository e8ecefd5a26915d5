"""What the neighbours of a column of figures say about it, and which figures are possible.

24.500 beside a volume of 33,2     ─▶ 24,500: the file writes decimal commas
QUANTITY 270,000 beside UNIT KGS   ─▶ no count of packages
a weight of -5, a reefer at -180   ─▶ unknown
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from riskscore.cells import headings as columns
from riskscore.cells import measures, money, nothing, numbers, texts
from riskscore.cells.headings import Heading
from riskscore.cells.wordings import words
from riskscore.units import counted

_MOST = 1e15
RANGES = dict.fromkeys(
    ("gross_weight_kg", "volume_m3", "declared_value", "freight_charge", "quantity_kg"), (0.0, _MOST)
) | {"package_count": (0.0, 1e9), "version": (0.0, 1e6), "temperature_c": (-100.0, 250.0)}
"""Least and greatest figure of a column that can be true. Cargo at -100 °C and below travels in special tanks."""

_WHOLE = ("package_count", "version")
_FIGURES = frozenset(
    (
        *("weight", "wt", "net", "gross", "tare", "vgm", "value", "amount", "price", "volume"),
        *("cbm", "insurance", "freight", "peso", "poids", "gewicht", "valor", "valeur", "wert"),
        *("preis", "precio", "prix", "qty", "quantity", "cantidad", "quantidade", "quantite"),
        *("menge", "fob", "cif", "berat", "nilai", "trong", "gia", "重量", "价值", "数量", "вес"),
    )
)
"""Words in headings of columns of figures, also of those that are not read."""

_QUANTITY = frozenset(
    (
        *("quantity", "qty", "quantities", "cantidad", "quantidade", "quantite", "quantita"),
        *("menge", "miktar", "jumlah", "luong", "qtd", "qtde", "cant", "数量", "數量", "количество"),
    )
)
_UNITS = (
    "uqc",
    "std unit",
    "standard unit",
    "standard unit code",
    "unit code",
    "units of measure",
    "unit measure",
    "dvt",
)
_SAID_TO_CONTAIN = r"(?i)(?:^|\s)(?:S\.?T\.?C\.?|SAID TO CONTAIN)(?:\s|$)"
_PREFIX_OF_A_BOX = "^[A-Z]{3}[UJZ]$"
_LEAST_OF_A_BOX = 100_000
_FREIGHT = frozenset(("freight", "frete", "flete", "fret", "nolo", "fracht"))
_THREE_DECIMALS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND", "DINARS?", "RIALS?")
_KILOGRAMS = (None, "kg", "kgs", "kilos", "kilograms")
_TENS_OF_TONNES = r"(?i)^\s*(?:[1-9]|[1-3]\d)\.\d{3}\s*(?:kgs?|kgm)?\.?\s*$"
_SCALE = frozenset(("unit", "units", "uom", "scale", "unidad", "unidade", "unite", "einheit"))
_CURRENCY = frozenset(("currency", "moeda", "moneda", "devise", "monnaie", "valuta", "wahrung"))


def signs_beside(
    frame: pl.DataFrame, headings: Sequence[Heading], own: Heading, notes: list[str] | None = None
) -> numbers.Signs:
    """What the other columns of figures show about commas and dots, those included that are not read otherwise.

    Where none does, weights of containers do that would all be below 40 kg with a decimal dot: 12.400 is 12,400 kg. So
    do amounts that are all written as 12.400, unless their currency has three decimals.
    """
    shown = numbers.together(
        numbers.signs(frame[heading.source], whole=heading.column in _WHOLE)
        for heading in headings
        if heading.source != own.source
        and (heading.column in RANGES or (heading.column is None and _FIGURES & set(words(heading.source))))
    )
    if any(shown):
        return shown
    if own.column in money.COLUMNS and _has_only_thousands(frame, headings, own):
        if notes is not None:
            notes.append(f"{own.column}: dots read as separators of thousands, as the currency has no three decimals")
        return True, False
    if any(heading.column == "weight_unit" for heading in headings):
        return shown
    weights = [heading for heading in headings if heading.column == "gross_weight_kg" and heading.unit in _KILOGRAMS]
    if not any(_in_thousands(frame[heading.source]) for heading in weights):
        return shown
    if notes is not None and own in weights:
        notes.append(f"{own.column}: dots read as separators of thousands, as no container weighs so little otherwise")
    return True, False


def _has_only_thousands(frame: pl.DataFrame, headings: Sequence[Heading], own: Heading) -> bool:
    """Whether all amounts under `own` are written as 12.400, and no currency with three decimals is named."""
    if frame.schema[own.source] != pl.String:
        return False
    amounts = frame[own.source].str.strip_chars()
    filled = amounts.filter((amounts != "") & ~amounts.str.contains(nothing.pattern()))
    if not filled.len() or not filled.str.contains(r"^[^\d,.]*[1-9]\d{0,2}\.\d{3}[^\d,.]*$").all():
        return False
    named = [filled, *(texts.as_text(frame[other.source]) for other in headings if other.column == "currency")]
    three = rf"(?i)\b(?:{'|'.join(_THREE_DECIMALS)})\b"
    return not any(text.str.contains(three).any() for text in named) and not {
        word.upper() for word in words(own.source)
    } & {*_THREE_DECIMALS}


def _in_thousands(weights: pl.Series) -> bool:
    """Whether all weights are written as 12.400: below 40 kg in every container, or below 40 t."""
    if weights.dtype != pl.String:
        return False
    filled = weights.filter(
        ~weights.str.strip_chars().str.contains(nothing.pattern()) & (weights.str.strip_chars() != "")
    )
    return filled.len() > 0 and bool(filled.str.contains(_TENS_OF_TONNES).all())


def without_doubt(column: str, values: pl.Series, read: pl.DataFrame, notes: list[str]) -> pl.DataFrame:
    """`read` itself, with a note where it is doubtful what a dot means."""
    if count := int(read["doubtful"].sum()):
        example = texts.as_text(values).filter(read["doubtful"]).item(0)
        figures = counted(count, "figure")
        notes.append(
            f"{column}: {figures} such as {example} read with a decimal point, although nothing else in the file shows "
            "that it is one"
        )
    return read


def in_range(column: str, told: pl.DataFrame) -> pl.DataFrame:
    """`told` (`number`, `fault`) without figures that cannot be true, which become faults."""
    number = pl.col("number")
    least, most = RANGES.get(column, (None, None))
    if _all_true(column, told, least, most):
        return told
    if column in _WHOLE:
        is_whole = (number == number.floor()) & number.is_finite() & (number.abs() < 2**53)
        told = _with_fault(told, ~is_whole, "not_a_whole_number")
    told = _with_fault(told, ~number.is_finite(), "not_a_number")
    if least is not None:
        told = _with_fault(told, number < least, "negative" if least == 0 else "too_small")
        told = _with_fault(told, number > most, "too_large")
    return told.with_columns(pl.when(pl.col("fault").is_null()).then(number).alias("number"))


def _all_true(column: str, told: pl.DataFrame, least: float | None, most: float | None) -> bool:
    """Whether no figure of `told` is a fault or out of range, as in most files."""
    figures = told["number"]
    lowest, highest = figures.min(), figures.max()
    if told["fault"].null_count() < told.height or not isinstance(lowest, float) or not isinstance(highest, float):
        return False
    if least is None or most is None or lowest < least or highest > most or figures.is_nan().any():
        return False
    return column not in _WHOLE or bool((figures == figures.floor()).all())


def _with_fault(told: pl.DataFrame, wrong: pl.Expr, rule: str) -> pl.DataFrame:
    fault = pl.when(pl.col("fault").is_null() & wrong).then(pl.lit(rule)).otherwise("fault")
    return told.with_columns(fault=fault)


def unit_beside(frame: pl.DataFrame, headings: Sequence[Heading], own: Heading) -> pl.Series | None:
    """The units of a quantity: of a column called "unit" or "qty uom", else of package types; None where there is none.

    A count of packages that is not called a quantity has no units but the package types.
    """
    named_units = (*columns.table()["outcomes"]["weight_unit"], *_UNITS)
    called = {"".join(words(name)) for name in named_units if "weight" not in name}
    is_quantity = bool(_QUANTITY & set(words(own.source)))
    found: list[pl.Series] = []
    for heading in headings:
        named = words(heading.source)
        plain = {"".join(named), "".join(word for word in named if word not in _QUANTITY)}
        if is_quantity and heading.column in (None, "weight_unit") and plain & called:
            found.append(texts.as_text(frame[heading.source]))
    found += [texts.as_text(frame[heading.source]) for heading in headings if heading.column == "package_type"]
    return pl.select(pl.coalesce(found)).to_series() if found else None


def scale_beside(frame: pl.DataFrame, headings: Sequence[Heading]) -> pl.Series | None:
    """The units of temperatures, in a column of their own such as "temp unit"; None where there is none."""
    for heading in headings:
        named = set(words(heading.source))
        if heading.column is None and named & {"temp", "temperature", "temperatura"} and named & _SCALE:
            return texts.as_text(frame[heading.source])
    return None


def freight_currency(frame: pl.DataFrame, headings: Sequence[Heading], usual: pl.Series | None) -> pl.Series | None:
    """The currencies of freight, in a column of their own, else `usual`, those of the value."""
    for heading in headings:
        named = set(words(heading.source))
        if heading.column is None and named & _FREIGHT and named & _CURRENCY:
            return money.currencies(texts.as_text(frame[heading.source])).alias("currency")
    return usual


def packages(read: pl.DataFrame, beside: pl.Series | None, notes: list[str]) -> tuple[pl.DataFrame, pl.Series | None]:
    """Counts of packages (`number`, `fault`), and the kinds of packages in the cells, if any.

    A quantity in kilograms, square metres and the like is no count of packages: it is empty, with a note.
    """
    read = _without_boxes(read)
    around = numbers.around(read)
    inside = None
    if around.null_count() < around.len():
        kinds = around.str.replace_all(_SAID_TO_CONTAIN, " ").str.strip_chars().replace("", None)
        inside = kinds.set(read["number"].is_null(), None).alias("unit")
    unit = inside if beside is None else beside if inside is None else inside.zip_with(inside.is_not_null(), beside)
    told = read.select("number", "fault")
    if unit is None:
        return told, inside
    is_other = measures.is_measure(unit) & read["number"].is_not_null()
    if is_other.any():
        shown = ", ".join(unit.filter(is_other).unique(maintain_order=True).head(3).to_list())
        count = counted(int(is_other.sum()), "quantity", "quantities")
        notes.append(f"package_count: {count} in units such as {shown}, not in packages; left empty")
        told = told.with_columns(pl.when(~is_other).then("number").alias("number"))
        inside = None if inside is None else inside.set(is_other, None)
    return told, inside


def _without_boxes(read: pl.DataFrame) -> pl.DataFrame:
    """`read` without container numbers, which look like a count of MSKU 1234565; they are no numbers."""
    is_box = pl.col("before").str.contains(_PREFIX_OF_A_BOX) & (pl.col("number") >= _LEAST_OF_A_BOX)
    is_box &= pl.col("unit").is_null()
    return read.with_columns(
        pl.when(is_box.fill_null(False)).then(None).otherwise(pl.col("number", "before")).name.keep(),
        fault=pl.when(is_box.fill_null(False)).then(pl.lit("not_a_number")).otherwise("fault"),
    )


def bare(column: str, read: pl.DataFrame) -> pl.DataFrame:
    """Figures without a unit of their own (`number`, `fault`): only a currency may stand before them."""
    before = read["before"].drop_nulls().unique()
    known = [text for text in before if money.sign(text) is not None]
    is_other = pl.col("before").is_not_null() & ~pl.col("before").is_in(known)
    fault = pl.when(is_other & pl.col("fault").is_null()).then(pl.lit("not_a_number")).otherwise("fault")
    return read.select(pl.when(~is_other).then("number").alias("number"), fault.alias("fault"))
