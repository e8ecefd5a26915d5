"""Turn the texts under a file's headings into canonical values, column by column.

    table + headings ─▶ one canonical column from one or several headings ─▶ values, faults, notes

A value that cannot be read is a fault of its row. The caller decides which rows are refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from riskscore import units
from riskscore.cells import (
    codes,
    date_formats,
    figures,
    goods_items,
    hs_codes,
    measures,
    money,
    nothing,
    numbers,
    places,
    preferred,
    texts,
    vocabularies,
)
from riskscore.cells.containers import box_objects, boxes, container_types, seals
from riskscore.cells.headings import NUMBERED, Heading
from riskscore.cells.moments import calendars, dates, half_converted
from riskscore.cells.moments.date_order import DateOrder
from riskscore.cells.not_understood import EXAMPLES, NotUnderstood

FAULTS = {"row": pl.Int64, "rule": pl.String, "column": pl.String, "value": pl.String}
"""Columns of the faults; `row` counts a table's rows from 0."""

MOMENTS = ("filed_at", "loaded_at", "arrives_at", "inspected_at", "known_at")
NUMBERS = (
    *("gross_weight_kg", "volume_m3", "declared_value", "freight_charge", "temperature_c", "quantity_kg"),
    *("bill_gross_weight_kg", "bill_volume_m3", "bill_declared_value", "verified_gross_mass_kg"),
)
COUNTS = ("package_count", "bill_package_count", "version")
PORTS = ("port_of_loading", "port_of_discharge", "place_of_receipt", "place_of_delivery")
BESIDE = {
    "port_of_loading": ("shipper_country", "origin_country", "place_of_receipt"),
    "place_of_receipt": ("shipper_country", "origin_country", "port_of_loading"),
    "port_of_discharge": ("consignee_country", "destination_country", "place_of_delivery"),
    "place_of_delivery": ("consignee_country", "destination_country", "port_of_discharge"),
}
"""Column of a place -> columns that tell the country at the same end of the voyage."""
COUNTRIES = ("shipper_country", "consignee_country", "origin_country", "destination_country")
VOCABULARIES = ("bill_type", "freight_terms", "package_type", "selected_by", "finding")
LISTS = {"hs_codes": "", "seal_numbers": "", "transhipment_ports": r"[;|/>]|, "}
KEYS = ("bill_of_lading", "container_number", "house_bill", "master_bill")
LIMITS = (
    {"goods_description": 4000, "note": 4000, "seal_numbers": 100_000}
    | dict.fromkeys(("shipper_address", "consignee_address", "notify_address"), 500)
    | dict.fromkeys(("shipper_name", "consignee_name", "notify_name", "forwarder_name"), 300)
)
LIMIT = 200
_NUMBERED_TEXTS = (*KEYS, "seal_numbers", "consignee_id", "vessel_imo", "voyage")
_DIGITS_LOST = r"^\d(?:[.,]\d+)?[Ee]\+\d+$"
"""Numbers such as 7.79001E+10, whose last digits a spreadsheet lost."""
_JOINED = {"goods_description": " | ", "marks": " | "}
_SAYS = {"true": True, "false": False, "1": True, "0": False}


@dataclass
class Converter:
    """Reads the columns of one table, and collects faults (frames with columns FAULTS) and notes for people."""

    frame: pl.DataFrame
    headings: Sequence[Heading]
    faults: list[pl.DataFrame] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    not_understood: list[NotUnderstood] = field(default_factory=list)
    packages: pl.Series | None = None
    """Package types that followed the counts ('120 bags'), if any."""
    beside: pl.DataFrame | None = None
    """The containers of rows that say more than one number (`beside` of boxes.Containers), if there are any."""
    _currencies: pl.Series | None = None
    amounts: dict[str, pl.DataFrame] = field(default_factory=dict)
    """The amounts of money by column (`number`, `currency`), as money.amounts returns them."""
    types: Mapping[str, pl.DataType | type[pl.DataType]] = field(default_factory=dict)
    """Columns of the file with their types; a service's own fields of type Float64 are read as numbers."""
    is_message: bool = False
    """Whether the columns are those of a message, whose codes stay as filed."""
    date_order: DateOrder | None = None
    """What comes first in its dates, where a person says it."""

    def sources(self, column: str) -> list[Heading]:
        """Headings of `column`, the preferred one first; for columns in NUMBERED, in the order of the file."""
        headings = [heading for heading in self.headings if heading.column == column]
        return headings if column in NUMBERED else sorted(headings, key=lambda heading: heading.rank)

    def has(self, *names: str) -> bool:
        """Whether the file has a heading for any of the canonical columns `names`."""
        return any(heading.column in names for heading in self.headings)

    def read(self, column: str) -> pl.Series:
        """Canonical values of `column`, one per row; several headings fill each other's gaps or are joined."""
        if column == "container_number":
            return self._containers()
        if column == "currency":
            return self._currency()
        sources = self.sources(column)
        parts = [self._from_heading(column, heading) for heading in sources]
        if column in LISTS or (column in NUMBERED and len(parts) > 1):
            return self._combined(column, parts)
        merged, told = preferred.merge(column, [heading.source for heading in sources], parts)
        self.notes += told
        return merged

    def _currency(self) -> pl.Series:
        """The column of currencies, which the amounts are compared with; it is read once."""
        if self._currencies is None:
            parts = [self._from_heading("currency", heading) for heading in self.sources("currency")]
            self._currencies = pl.select(pl.coalesce(parts)).to_series().alias("currency")
        return self._currencies

    def _combined(self, column: str, parts: list[pl.Series]) -> pl.Series:
        frame = pl.DataFrame([part.alias(str(place)) for place, part in enumerate(parts)])
        if column in LISTS:
            if len(parts) == 1:
                return parts[0].alias(column)
            filled = pl.concat_list(pl.all().fill_null([])).list.unique(maintain_order=True)
            return frame.select(pl.when(filled.list.len() > 0).then(filled).alias(column)).to_series()
        joined = pl.concat_list(pl.all()).list.drop_nulls().list.unique(maintain_order=True)
        text = joined.list.join(_JOINED.get(column, ", ")).replace("", None)
        return self._text(column, frame.select(text.alias(column)).to_series())

    def _from_heading(self, column: str, heading: Heading) -> pl.Series:
        values = self.frame[heading.source]
        if column in MOMENTS:
            others = [self.frame[one.source] for one in self.headings if one.column in MOMENTS and one != heading]
            order = self.date_order or date_formats.in_heading(heading.source)[1]
            read, told = half_converted.doubt(values, dates.parse(values, others, order))
            self.notes += told
            read = calendars.checked(column, values, read, self.notes)
            return self._checked(column, values, read, "moment")
        if column in NUMBERS or column in COUNTS or self.types.get(column) == pl.Float64:
            return self._number(column, heading, values)
        if column in LISTS or column == "goods_items":
            return goods_items.read(values, self.notes) if column == "goods_items" else self._list(column, values)
        if self.types.get(column) == pl.Boolean:
            return texts.as_text(values).str.to_lowercase().replace_strict(_SAYS, default=None).alias(column)
        return self._named(column, self._country(column, heading, values) if column in COUNTRIES else values)

    def _named(self, column: str, values: pl.Series) -> pl.Series:
        """Texts; places, codes and words of a fixed list are brought to their canonical form."""
        text = self._text(column, texts.as_text(values))
        if column in PORTS:
            read = places.ports(text, lambda: self._countries_beside(column), self.notes)
            self._not_understood("port", text, places.are_ports(read))
            return read
        if column in COUNTRIES:
            read = places.countries(text)
            understood = places.are_countries(read)
            self._not_understood("country", text, understood)
            return read if understood.all() else read.set(~understood, None)
        if column == "package_type" and self.is_message:
            return text.str.to_uppercase()
        if column == "currency":
            read = money.currencies(text)
            self._not_understood("currency", text, read.is_not_null() | text.is_null())
            return read
        if column in VOCABULARIES:
            return self._vocabulary(column, text)
        if column == "container_type":
            text = self._one_type(text)
        return codes.code(column, text) if column in codes.CODES else text

    def _countries_beside(self, column: str) -> pl.Series:
        """The countries that the columns beside the place in `column` name, per row: List(String), with repeats."""
        sources = [heading.source for other in BESIDE[column] for heading in self.sources(other)]
        texts_ = [texts.clean(texts.as_text(self.frame[source]), None, nothing.pattern())[0] for source in sources]
        lands = [places.countries_of(text).alias(str(number)) for number, text in enumerate(texts_)]
        if not lands:
            return pl.Series("near", [[]], dtype=pl.List(pl.String)).new_from_index(0, self.frame.height)
        return pl.DataFrame(lands).select(near=pl.concat_list(pl.all()).list.drop_nulls()).to_series()

    def _containers(self) -> pl.Series:
        """Container numbers, of several in a row the first; `beside` has all of them. Flags and counts are faults."""
        column = "container_number"
        sources = [heading.source for heading in self.sources(column)]
        cells = [self._text(column, texts.as_text(self.frame[source])) for source in sources]
        read = boxes.fill(cells, sources, self._of_boxes)
        self.beside = read.beside
        self.notes += read.notes
        if read.refused.len():
            self.fault(read.refused, read.rules, column, read.refused_texts)
        return read.numbers.alias(column)

    def _of_boxes(self, table: pl.DataFrame) -> pl.DataFrame:
        """What a table of single containers says of each; figures that cannot be read are empty, with a note."""
        inner = Converter(table, box_objects.headings(table))
        read = [inner.read(name).alias(name) for name in boxes.OF_EACH if inner.has(name)]
        unclear = sum(
            fault.height for fault in inner.faults if fault["column"].head(1).to_list() != ["container_number"]
        )
        if unclear:
            inner.notes.append(f"{units.counted(unclear, 'figure')} of containers in a cell cannot be read; left empty")
        self.notes += inner.notes
        return pl.DataFrame(read)

    def _one_type(self, text: pl.Series) -> pl.Series:
        """Types of single containers; rows with several containers are not noted, their types are divided later."""
        types, is_several = container_types.single(text)
        if self.beside is not None:
            is_several &= self.beside["boxes"].list.len().fill_null(0) < 2
        if count := int(is_several.sum()):
            examples = ", ".join(text.filter(is_several).unique(maintain_order=True).head(3))
            self.notes.append(
                f"container_type: {units.counted(count, 'text')} with several types kept as filed: {examples}"
            )
        return types

    def _country(self, column: str, heading: Heading, values: pl.Series) -> pl.Series:
        """The cells under `heading` without those that say NA and do not mean Namibia; a note counts them."""
        if (
            values.dtype != pl.String
            or not (unclear := values.str.strip_chars(" .").str.to_uppercase() == nothing.NAMIBIA).any()
        ):
            return values
        columns_of = {known.source: known.column or "" for known in self.headings}
        texts_ = [name for name, dtype in self.frame.schema.items() if dtype == pl.String and name != heading.source]
        places_ = [name for name in texts_ if columns_of.get(name, "") in (*PORTS, *COUNTRIES)]
        others = [name for name in texts_ if columns_of.get(name, "") not in COUNTRIES]
        is_namibia = nothing.namibian(values, self.frame[others].get_columns(), self.frame[places_].get_columns())
        unclear &= ~is_namibia
        if count := int(unclear.sum()):
            self.notes.append(f"{column}: NA was read as empty in {units.counted(count, 'row')}; write NAM for Namibia")
        return values.set(unclear.fill_null(False), None)

    def _checked(self, column: str, values: pl.Series, read: pl.DataFrame, name: str) -> pl.Series:
        """Record the faults of `read` and return its values."""
        rows = read["fault"].is_not_null().arg_true()
        if rows.len():
            self.fault(rows, read["fault"].gather(rows), column, texts.as_text(values).gather(rows))
        return read[name].alias(column)

    def fault(self, rows: pl.Series, rule: pl.Series, column: str, value: pl.Series) -> None:
        """Record that `rows` break `rule` (one name per row) with `value` in `column`."""
        frame = pl.DataFrame({"row": rows.cast(pl.Int64), "rule": rule, "value": value})
        self.faults.append(frame.select("row", "rule", pl.lit(column).alias("column"), "value"))

    def _text(self, column: str, values: pl.Series) -> pl.Series:
        limit = None if column in KEYS else LIMITS.get(column, LIMIT)
        cleaned, cut = texts.clean(values, limit, nothing.pattern(column, namibia=column in COUNTRIES))
        if cut:
            self.notes.append(f"{column}: {units.counted(cut, 'value')} cut to {limit:,} characters")
        if column in _NUMBERED_TEXTS and (lost := cleaned.str.contains(_DIGITS_LOST).fill_null(False)).any():
            rows = lost.arg_true()
            self.fault(rows, pl.Series(["digits_lost"]).new_from_index(0, rows.len()), column, cleaned.gather(rows))
            cleaned = cleaned.set(lost, None)
        return cleaned.alias(column)

    def _list(self, column: str, values: pl.Series) -> pl.Series:
        if values.dtype == pl.List(pl.String) and nothing.is_plain_list(column, values):
            return self._ports_within(values) if column == "transhipment_ports" else values
        text = self._text(column, texts.as_text(values))
        if column == "hs_codes":
            return self._hs_codes(text)
        if column == "seal_numbers":
            return seals.read(text)
        return self._ports_within(nothing.without(texts.split(nothing.strip_from_lists(text), LISTS[column])))

    def _ports_within(self, lists: pl.Series) -> pl.Series:
        """Lists of ports as lists of UN/LOCODEs; `lists` itself where all are UN/LOCODEs already."""
        flat = lists.explode(empty_as_null=False, keep_nulls=False)
        mapped = places.ports(flat, notes=self.notes)
        self._not_understood("port", flat, places.are_ports(mapped))
        if mapped is flat:
            return lists
        rows = pl.DataFrame({"row": pl.int_range(lists.len(), eager=True), "lists": lists})
        owners = rows.filter(pl.col("lists").list.len() > 0).explode("lists")["row"]
        again = pl.DataFrame({"row": owners, "lists": mapped}).group_by("row", maintain_order=True).agg("lists")
        return rows.select("row").join(again, on="row", how="left", maintain_order="left")["lists"]

    def _hs_codes(self, text: pl.Series) -> pl.Series:
        """Lists of HS codes; what is not understood is counted in a note."""
        distinct = text.drop_nulls().unique(maintain_order=True)
        read = hs_codes.read(distinct).with_columns(text=distinct)
        doubtful = read.filter("doubtful")["text"]
        if doubtful.len():
            self._not_understood("HS code", text, ~text.is_in(doubtful.implode()))
        joined = pl.DataFrame({"text": text}).join(read, on="text", how="left", maintain_order="left")
        return joined["codes"].alias(text.name)

    def _not_understood(self, kind: str, text: pl.Series, understood: pl.Series) -> None:
        """Count those of `text`, which has the name of its column, that were not `understood`, with examples."""
        if not understood.all():
            unclear = text.filter(~understood)
            examples = unclear.unique(maintain_order=True).head(EXAMPLES)
            count = unclear.len()
            self.not_understood.append(NotUnderstood(kind, count, tuple(examples), ((text.name, count),)))

    def _number(self, column: str, heading: Heading, values: pl.Series) -> pl.Series:
        is_count = column in COUNTS
        elsewhere = (False, False)
        if numbers.has_open(values):
            elsewhere = figures.signs_beside(self.frame, self.headings, heading, self.notes)
        read = numbers.parse(values, whole=is_count, elsewhere=elsewhere)
        told = self._measured(column, heading, values, figures.without_doubt(column, values, read, self.notes))
        number = self._checked(column, values, figures.in_range(column, told), "number")
        return number.cast(pl.Int64) if is_count else number

    def _measured(self, column: str, heading: Heading, values: pl.Series, read: pl.DataFrame) -> pl.DataFrame:
        """The figures of `read` in the unit of `column`: `number` and `fault`."""
        if column == "package_count":
            beside = figures.unit_beside(self.frame, self.headings, heading)
            told, packages = figures.packages(read, beside, self.notes)
            if packages is not None:
                self.packages = self._vocabulary("package_type", packages)
            return told
        if column in measures.UNITS_BESIDE:
            helper = measures.UNITS_BESIDE[column]
            # With several headings, the column of units is about the one that has no unit of its own.
            is_own = heading.unit is not None and len(self.sources(column)) > 1
            beside = self.read(helper) if self.has(helper) and not is_own else None
            return measures.scaled(column, values, read, heading.unit, beside, self.notes)
        if column == "temperature_c":
            return measures.celsius(read, heading.unit, figures.scale_beside(self.frame, self.headings))
        if column in money.COLUMNS:
            usual = self._currency() if self.has("currency") else None
            beside = figures.freight_currency(self.frame, self.headings, usual) if column == "freight_charge" else usual
            amounts, notes = money.amounts(read, heading.unit, beside)
            self.notes += [f"{column}: {note}" for note in notes]
            before = self.amounts.get(column)
            self.amounts[column] = amounts if before is None else money.filled(before, amounts)
            return amounts
        return figures.bare(column, read)

    def _vocabulary(self, column: str, text: pl.Series) -> pl.Series:
        """Turn known wordings into the words of a fixed list; unknown ones of an open list stay, in capitals."""
        if column == "package_type" and (others := measures.is_measure(text)).any():
            self._not_understood("package type", text, ~others)
            text = text.set(others, None)
        words = vocabularies.words(column, text)
        rows = (words.is_null() & text.is_not_null()).arg_true()
        if rows.len():
            unknown = text.gather(rows)
            if column in vocabularies.CLOSED:
                self.fault(rows, pl.Series(["unknown_word"]).new_from_index(0, rows.len()), column, unknown)
            self.notes.append(vocabularies.note(column, unknown))
        return words.alias(column)
