"""Turn the texts under a file's headings into canonical values, column by column.

    table + headings ─▶ one canonical column from one or several headings ─▶ values, faults, notes

A value that cannot be read is a fault of its row. The caller decides which rows are refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from riskscore import units
from riskscore.cells import boxes, calendars, dates, figures, hs_codes, measures, money, nothing, numbers, places, texts
from riskscore.cells import headings as columns
from riskscore.cells.headings import NUMBERED, Heading
from riskscore.cells.not_understood import EXAMPLES, NotUnderstood
from riskscore.schema import ITEM

FAULTS = {"row": pl.Int64, "rule": pl.String, "column": pl.String, "value": pl.String}
"""Columns of the faults; `row` counts a table's rows from 0."""

MOMENTS = ("filed_at", "loaded_at", "arrives_at", "inspected_at", "known_at")
NUMBERS = ("gross_weight_kg", "volume_m3", "declared_value", "freight_charge", "temperature_c", "quantity_kg")
AMOUNTS = ("declared_value", "freight_charge")
COUNTS = ("package_count", "version")
PORTS = ("port_of_loading", "port_of_discharge", "place_of_receipt", "place_of_delivery")
COUNTRIES = ("shipper_country", "consignee_country", "origin_country", "destination_country")
VOCABULARIES = ("bill_type", "freight_terms", "package_type", "selected_by", "finding")
LISTS = {"hs_codes": "", "seal_numbers": r"[,;|/&+]| - ", "transhipment_ports": r"[;|/>]|, "}
KEYS = ("bill_of_lading", "container_number", "house_bill", "master_bill")
CODES = ("container_number", "container_type", "consignee_id", "vessel_imo", "voyage")
LIMITS = (
    {"goods_description": 4000, "note": 4000}
    | dict.fromkeys(("shipper_address", "consignee_address", "notify_address"), 500)
    | dict.fromkeys(("shipper_name", "consignee_name", "notify_name", "forwarder_name"), 300)
)
LIMIT = 200
_NUMBERED_TEXTS = (*KEYS, "seal_numbers", "consignee_id", "vessel_imo", "voyage")
_DIGITS_LOST = r"^\d(?:[.,]\d+)?[Ee]\+\d+$"
"""Numbers such as 7.79001E+10, whose last digits a spreadsheet lost."""
_JOINED = {"goods_description": " | ", "marks": " | "}
_OPEN_VOCABULARIES = ("package_type",)
_CLOSED_VOCABULARIES = ("finding",)


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
    """Lists of container numbers (`boxes`), and a `size` and a `seal` beside a number, if a cell has any of these."""
    _currencies: pl.Series | None = None
    amounts: dict[str, pl.DataFrame] = field(default_factory=dict)
    """The amounts of money by column (`number`, `currency`), as money.amounts returns them."""
    types: Mapping[str, pl.DataType | type[pl.DataType]] = field(default_factory=dict)
    """Columns of the file with their types; a service's own fields of type Float64 are read as numbers."""

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
        parts = [self._from_heading(column, heading) for heading in self.sources(column)]
        if column in LISTS or (column in NUMBERED and len(parts) > 1):
            return self._combined(column, parts)
        merged = parts[0]
        for part in parts[1:]:
            merged = merged.zip_with(merged.is_not_null(), part)
        return merged.alias(column)

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
            dated = (other.source for other in self.headings if other.column in MOMENTS)
            others = [self.frame[source] for source in dated if source != heading.source]
            read = dates.parse(values, others)
            needed = column in ("filed_at", "known_at")
            read = calendars.checked(column, values, read, required=needed, notes=self.notes)
            return self._checked(column, values, read, "moment")
        if column in NUMBERS or column in COUNTS or self.types.get(column) == pl.Float64:
            return self._number(column, heading, values)
        if column in LISTS or column == "goods_items":
            return self._items(values) if column == "goods_items" else self._list(column, values)
        return self._named(column, self._country(column, heading, values) if column in COUNTRIES else values)

    def _named(self, column: str, values: pl.Series) -> pl.Series:
        """Texts; places, codes and words of a fixed list are brought to their canonical form."""
        text = self._text(column, texts.as_text(values))
        if column in PORTS:
            read = places.ports(text)
            self._not_understood("port", text, places.are_ports(read))
            return read
        if column in COUNTRIES:
            read = places.countries(text)
            understood = places.are_countries(read)
            self._not_understood("country", text, understood)
            return read if understood.all() else read.set(~understood, None)
        if column == "currency":
            read = money.currencies(text)
            self._not_understood("currency", text, read.is_not_null() | text.is_null())
            return read
        if column in VOCABULARIES:
            return self._vocabulary(column, text)
        return code(column, text) if column in CODES else text

    def _containers(self) -> pl.Series:
        """Container numbers, of several in a cell the first; `beside` has all of them. Flags and counts are faults."""
        column = "container_number"
        sources = [heading.source for heading in self.sources(column)]
        read = boxes.fill([self._text(column, texts.as_text(self.frame[source])) for source in sources], sources)
        self.beside = read.beside
        self.notes += read.notes
        if read.refused.len():
            rule = pl.Series(["not_a_container_number"]).new_from_index(0, read.refused.len())
            self.fault(read.refused, rule, column, read.refused_texts)
        return read.numbers.alias(column)

    def _country(self, column: str, heading: Heading, values: pl.Series) -> pl.Series:
        """The cells under `heading` without those that say NA and do not mean Namibia; a note counts them."""
        if (
            values.dtype != pl.String
            or not (unclear := values.str.strip_chars().str.to_uppercase() == nothing.NAMIBIA).any()
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
        if values.dtype == pl.List(pl.String) and _is_plain(column, values):
            return self._ports_within(values) if column == "transhipment_ports" else values
        text = self._text(column, texts.as_text(values))
        if column == "hs_codes":
            return self._hs_codes(text)
        if column == "seal_numbers":
            text = _blanks_between_seals(text)
        lists = nothing.without(texts.split(nothing.strip_from_lists(text), LISTS[column]))
        if column == "transhipment_ports":
            return self._ports_within(lists)
        return lists.list.eval(pl.element().str.to_uppercase())

    def _ports_within(self, lists: pl.Series) -> pl.Series:
        """Lists of ports as lists of UN/LOCODEs; `lists` itself where all are UN/LOCODEs already."""
        flat = lists.explode(empty_as_null=False, keep_nulls=False)
        mapped = places.ports(flat)
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
        """Count those of `text` that were not `understood`, with examples."""
        if not understood.all():
            unclear = text.filter(~understood)
            examples = unclear.unique(maintain_order=True).head(EXAMPLES)
            self.not_understood.append(NotUnderstood(kind, unclear.len(), tuple(examples)))

    def _number(self, column: str, heading: Heading, values: pl.Series) -> pl.Series:
        is_count = column in COUNTS
        elsewhere = (
            figures.signs_beside(self.frame, self.headings, heading) if numbers.has_open(values) else (False, False)
        )
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
            return measures.celsius(read, heading.unit)
        if column in AMOUNTS:
            beside = self._currency() if self.has("currency") else None
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
        lists = columns.table()["values"][column]
        known = {wording: word for word, wordings in lists.items() for wording in (*wordings, word.lower())}
        is_open = column in _OPEN_VOCABULARIES

        def read(distinct: pl.Series) -> pl.Series:
            plain = distinct.str.to_lowercase().str.replace_all(r"[\s_.()/-]+", " ").str.strip_chars()
            word = plain.replace_strict({**known, **{name.replace("_", " "): name for name in lists}}, default=None)
            word = word.cast(pl.String)
            return word.zip_with(word.is_not_null(), distinct.str.to_uppercase()) if is_open else word

        words = texts.by_distinct(text, read)
        rows = (words.is_null() & text.is_not_null()).arg_true()
        if rows.len():
            unknown = text.gather(rows)
            if column in _CLOSED_VOCABULARIES:
                self.fault(rows, pl.Series(["unknown_word"]).new_from_index(0, rows.len()), column, unknown)
            examples = ", ".join(unknown.unique(maintain_order=True).head(3).to_list())
            count = units.counted(rows.len(), "unknown value")
            self.notes.append(f"{column}: {count}, such as {examples}; known are {', '.join(lists)}")
        return words.alias(column)

    def _items(self, values: pl.Series) -> pl.Series:
        dtype = pl.List(ITEM)
        try:
            if values.dtype == dtype:
                return values
            if values.dtype == pl.String:
                loose = pl.List(pl.Struct({item.name: pl.String for item in ITEM.fields}))
                values = values.replace("", None).str.json_decode(loose)
            return values.cast(dtype)
        except pl.exceptions.PolarsError:
            self.notes.append("goods_items cannot be read as a JSON array of goods lines, so it was ignored")
            return pl.Series("goods_items", [None], dtype=dtype).new_from_index(0, values.len())


def _is_plain(column: str, values: pl.Series) -> bool:
    """Whether lists that are typed already need no cleaning: no blanks, and HS codes of digits only."""
    inner = values.explode(empty_as_null=False, keep_nulls=False)
    wanted = r"^\d+$" if column == "hs_codes" else r"^[0-9A-Z][0-9A-Z -]*[0-9A-Z]$"
    if inner.null_count() or not inner.str.contains(wanted).all():
        return False
    return column == "hs_codes" or not inner.str.contains(nothing.pattern()).any()


def _blanks_between_seals(text: pl.Series) -> pl.Series:
    """`text` with a bar for a blank between two seals, each of which has digits; 'ML 1234567' is one seal."""
    if not text.str.contains(r"\d\S* \S*\d").any():
        return text
    apart = text.str.replace_all(r"(\S*\d\S*) ([^ \d]*\d)", "$1|$2")
    return apart.str.replace_all(r"(\S*\d\S*) ([^ \d]*\d)", "$1|$2")


def code(column: str, text: pl.Series) -> pl.Series:
    """Canonical codes of a column of CODES: in capitals, and container numbers without blanks and dashes."""
    if column == "container_number":
        loose = text.str.contains(r"[^A-Z0-9]").fill_null(False).arg_true()
        tight = text.gather(loose).str.to_uppercase().str.replace_all(r"[\s./_-]+", "").replace("", None)
        return text.scatter(loose, tight)
    return texts.by_distinct(text, lambda distinct: _plain_code(column, distinct))


def _plain_code(column: str, distinct: pl.Series) -> pl.Series:
    upper = distinct.str.to_uppercase()
    if column == "container_type":
        return upper.str.replace(r"^\d{1,2} ?[X\x{D7}*] ?([24LM])", "$1")
    if column == "vessel_imo":
        number = upper.str.extract(r"(?:^|\D)(\d{7})(?:\D|$)", 1)
        return number.zip_with(number.is_not_null(), upper)
    return upper
