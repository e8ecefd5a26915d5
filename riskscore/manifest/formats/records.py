"""Read JSON and JSON Lines: an array of objects, an object that contains one such array, or one object per line.

Every value is read as text, numbers with exactly the digits of the file: later, its column decides what it means, as
in every other format. An object within a record becomes separate columns (`{"shipper": {"name": ...}}` is `shipper
name`). A list of containers or goods becomes rows (nested.py); other lists stay JSON text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

import polars as pl

from riskscore.cells.goods_items import MOST, too_many
from riskscore.errors import ManifestError
from riskscore.manifest.formats.file import File
from riskscore.manifest.formats.nested import ITEMS, Nest, flattened, has_lists, is_bill, is_figure, is_list_of
from riskscore.manifest.formats.ragged import CUT, MAX_CELL
from riskscore.manifest.formats.table import MAX_HEADINGS, Count, Table, broken, unique

_CHUNK = 20_000
_DEPTH = 4
_FREE_VALUES = 300_000
_SHORTEST = 10
"""Fewest characters for each value of a text with more than _FREE_VALUES, keys and signs counted."""

_loads: Callable[[str], Any] = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str).decode
_dumps: Callable[[Any], str] = json.JSONEncoder(ensure_ascii=False).encode
_compact: Callable[[Any], str] = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def sniff(file: File) -> bool:
    """Whether the text begins with an array or an object."""
    return file.body[:1] in b"[{"


def read(file: File, _count: Count) -> list[Table]:
    """Read the file; `lines` are line numbers, or record numbers from 1 in an array.

    Raises ManifestError where it has no array of objects, more than one, or too many keys, ValueError where it is not
    JSON.
    """
    return [file.with_encoding(_read(file.name, file.body.decode("utf-8", errors="replace")))]


def _read(name: str, body: str) -> Table:
    _refuse_short_values(name, body)
    if body.startswith("{") and (table := _lines(name, body)) is not None:
        return table
    content = _loads(body)
    records, common = _find_array(name, content)
    return _table(name, records, range(1, len(records) + 1), "JSON", common)


def _refuse_short_values(name: str, body: str) -> None:
    """Raise ManifestError where so much of a long text is signs that its values can be no consignments.

    A value takes some 60 bytes of memory, and more with an object around it.
    """
    values = sum(map(body.count, ",{["))
    if values > _FREE_VALUES and len(body) < _SHORTEST * values:
        raise ManifestError(
            f"{name} has {values:,} values and objects of {len(body) / values:.0f} characters on average, too few for "
            "consignments; write an array with one object per consignment or goods line"
        )


def _find_array(name: str, content: Any) -> tuple[list[Any], dict[str, str]]:
    """The only array of objects in `content`, and the texts next to it, which apply to every record."""
    common: dict[str, str] = {}
    for _ in range(_DEPTH):
        if isinstance(content, list):
            return content, common
        if not isinstance(content, dict):
            break
        arrays = [key for key, value in content.items() if _is_table(key, value)]
        if any(content[key] for key in arrays) and is_bill(content):
            return [content], common
        inner = arrays or [key for key, value in content.items() if isinstance(value, dict)]
        if arrays and len(content) > len(arrays) and any(isinstance(value, dict) for value in content.values()):
            beside = flattened({key: value for key, value in content.items() if key not in arrays})
        else:
            beside = content
        common |= {key: value for key, value in beside.items() if isinstance(value, str)}
        if len(arrays) > 1 and any(is_list_of(key, content[key], "container_number") for key in arrays):
            return [content], common
        if len(inner) > 1:
            raise ManifestError(
                f"{name} has {len(inner)} arrays or objects ({', '.join(inner)[:200]!r}); "
                "keep only the array of consignments"
            )
        if not inner:
            break
        content = content[inner[0]]
    raise ManifestError(f"{name} has no array of objects; write an array with one object per consignment or goods line")


def _is_table(key: str, value: Any) -> bool:
    return isinstance(value, list) and key != "goods_items" and _are_objects(value)


def _are_objects(value: list[Any]) -> bool:
    return set(map(type, value)) <= {dict}


def _lines(name: str, body: str) -> Table | None:
    """Read JSON Lines; None where the first line is not a complete object, because `body` is one JSON text then."""
    lines = body.split("\n")
    numbers = [number for number, line in enumerate(lines, start=1) if line and not line.isspace()]
    if not isinstance(_try(lines[numbers[0] - 1]), dict) or (len(numbers) == 1 and _holds_array(lines[numbers[0] - 1])):
        return None
    records: list[Any] = []
    line_numbers: list[int] = []
    for start in range(0, len(numbers), _CHUNK):
        part = numbers[start : start + _CHUNK]
        parsed = _try("[" + ",".join(lines[number - 1] for number in part) + "]")
        if not isinstance(parsed, list) or len(parsed) != len(part):
            # A line of this chunk is malformed: parse its lines one by one.
            parsed = [_try(lines[number - 1]) for number in part]
        records += parsed
        line_numbers += part
    return _table(name, records, line_numbers, "JSON Lines", {}, lines)


def _holds_array(line: str) -> bool:
    content = _loads(line)
    if any(_is_table(key, value) for key, value in content.items() if value):
        return True
    try:
        return bool(_find_array("", content)[0])
    except ManifestError:
        return False


def _try(text: str) -> Any:
    try:
        return _loads(text)
    except (ValueError, RecursionError):
        return None


def _table(
    name: str,
    records: list[Any],
    lines: Sequence[int],
    kind: str,
    common: dict[str, str],
    texts: Sequence[str] | None = None,
) -> Table:
    """Make a table of the objects among `records`, one column per key; other records become broken lines."""
    refused: list[tuple[int, str, str, str]] = []
    line_numbers = pl.Series("line", lines, pl.Int64)
    objects = records
    if not _are_objects(records):
        # Not every record is an object: look at them one by one.
        is_object = pl.Series([isinstance(record, dict) for record in records], dtype=pl.Boolean)
        objects = [records[place] for place in is_object.arg_true()]
        for place in (~is_object).arg_true():
            text = texts[lines[place] - 1] if texts else _dumps(records[place])
            row = json.dumps({"text": text}, ensure_ascii=False)
            refused.append((lines[place], "malformed_record", text, row))
        line_numbers = line_numbers.filter(is_object)
    nest = Nest(name)
    notes = _without_endless_goods(objects)
    if dict in set(map(type, chain.from_iterable(map(dict.values, objects)))):
        objects = [flattened(record) for record in objects]
    if any(map(has_lists, objects)):
        rows = [nest.rows_of(record) for record in objects]
        line_numbers = line_numbers.repeat_by(pl.Series(map(len, rows), dtype=pl.Int64)).explode()
        objects = list(chain.from_iterable(rows))
    if len(objects) > 1:
        figures = [key for key in common if is_figure(key)]
        common = {key: value for key, value in common.items() if key not in figures}
        if figures:
            notes = (
                *notes,
                f"figures beside the list of records are of all of them and were not read: {', '.join(figures[:5])}",
            )
    keys = list(dict.fromkeys(chain.from_iterable(objects)))
    if len(keys) > MAX_HEADINGS:
        raise ManifestError(
            f"the records of {name} have {len(keys):,} different keys; at most {MAX_HEADINGS:,} are read, remove some"
        )
    frame, told = _frame(objects, keys)
    frame = frame.with_columns(pl.lit(value).alias(key) for key, value in common.items() if key not in keys)
    frame.columns = unique(frame.columns)
    return Table(frame, line_numbers, format=kind, broken=broken(refused), notes=(*nest.note(), *notes, *told))


def _without_endless_goods(objects: list[dict[str, Any]]) -> tuple[str, ...]:
    """Empty lists of more goods lines than any row has, before they take more memory. Returns a note on how many."""
    endless = [record for record in objects if isinstance(record.get(ITEMS), list) and len(record[ITEMS]) > MOST]
    for record in endless:
        record[ITEMS] = None
    return (too_many(len(endless)),) if endless else ()


def _frame(objects: list[dict[str, Any]], keys: list[str]) -> tuple[pl.DataFrame, list[str]]:
    """The texts of `objects` under their keys, and a note where some were cut."""
    if not objects or not keys:
        return pl.DataFrame(schema=dict.fromkeys(keys, pl.String), height=len(objects) if keys else None), []
    texts = list(map(_dumps, objects))
    is_cut = False
    for place, text in enumerate(texts):
        if len(text) > MAX_CELL:
            values = objects[place].values()
            is_cut |= any(isinstance(value, str) and len(value) > MAX_CELL for value in values)
            texts[place] = _dumps({key: _bounded(value) for key, value in objects[place].items()})
    joined = "\n".join(texts).encode("utf-8", errors="replace")
    del texts
    frame = pl.read_ndjson(joined, schema=dict.fromkeys(keys, pl.String))
    return frame, [CUT] if is_cut else []


def _bounded(value: Any) -> Any:
    """A value of a long record: a text no longer than a cell may be, and a list as text, which spares a tree of it."""
    if isinstance(value, str):
        return value[:MAX_CELL]
    return _compact(value) if isinstance(value, dict | list) else value
