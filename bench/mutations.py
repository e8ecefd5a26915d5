"""Mangle a manifest as its format allows: pieces removed, repeated, swapped, cut off, or with hostile values.

    sample ─▶ pieces (segments, tags, tokens, cells, parts of a zip) ─▶ one to five changes ─▶ bytes, perhaps packed

`case(name, seed)` is the same file each time, so a case that fails can be made again.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import re
import sys
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import polars as pl

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "tests"))
import workbooks  # noqa: E402  (the makers of old workbooks are those of the tests)

from bench import readers  # noqa: E402

SAMPLES = ROOT / "sample_manifests"
MESSAGES = SAMPLES / "messages"
ROWS = 9

HOSTILE = (
    *(
        "",
        " ",
        "\0",
        "a\0b\x1b[31m",
        "\x01\x02\x03\x7f\x85",
        "\u202egnp.exe",
        "\ufeff",
        "\ufffd",
        "\u2028x\u2029",
        "📦" * 20,
    ),
    *(
        "=cmd|' /C calc'!A0",
        "@SUM(1+1)*cmd",
        "+1+1",
        "-2+3",
        '=HYPERLINK("http://x","y")',
        "'",
        '"',
        '12" PIPE',
        '""',
        "`",
    ),
    *(
        "1e400",
        "-1e400",
        "1e-400",
        "NaN",
        "-nan",
        "inf",
        "-Infinity",
        "9" * 400,
        "-" + "9" * 30,
        "0x1F",
        "1_000",
        "١٢٣",
        "½",
    ),
    *(
        "9223372036854775808",
        "-9223372036854775809",
        "18446744073709551616",
        "1e19",
        "340282366920938463463374607431768211456",
    ),
    *(
        "0000-00-00",
        "9999-12-31T23:59:59+14:00",
        "2019-02-30",
        "31/02/2019",
        "99999999",
        "-2019-01-01",
        "300000-01-01",
        "1e9",
    ),
    *(
        "2019-03-25T25:61:61",
        "000000000000",
        "99999999999999",
        "20190325250000",
        "20190325:102",
        "1900-02-29",
        "0001-01-01",
    ),
    *(
        "&lol;",
        "&#0;",
        "&#x110000;",
        "&amp;amp;",
        "<![CDATA[x",
        "]]>",
        "<!--",
        "-->",
        "<?x",
        "<!DOCTYPE x>",
        "<a",
        "</a>",
    ),
    *("[1,2", '{"a":1}', "[[[[[[1]]]]]]", "[" * 300, '{"a":' * 200, "null", "true", "\\u0000", "\\ud800", "\\", "\\x"),
    *(
        "?'",
        "?",
        "'",
        "+",
        ":",
        "+:'",
        "~",
        "*",
        "||",
        ";;",
        "\t\t",
        "a\nb",
        "a\rb",
        "\r\n\r\n",
        "x" * 70_000,
        "ﷺ" * 300,
        "é" * 2_000,
    ),
    *(
        "UNH+1+CUSCAR:D:95B:UN'",
        "UNZ+1+1'",
        "UNT+0+0'",
        "IEA*9*9~",
        "ISA*00*",
        "../../etc/passwd",
        "C:\\nul",
        "%s%n",
        "${jndi:x}",
    ),
    *(
        "MSCU1234566, TGHU7654321",
        "MSCU1234566/" * 300,
        "1,234.5",
        "1.234,5",
        "8 t",
        "-18C",
        "1e5 kg",
        "12 PCS; " * 100,
    ),
)
PIECES = {
    "edi": re.compile(r"[^'~]*['~]?"),
    "xml": re.compile(r"<[^>]*>|[^<]+"),
    "json": re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^"\[\]{},:]+'),
    "csv": re.compile(r'"(?:[^"]|"")*"|[\n,]|[^,\n"]+'),
    "toml": re.compile(r'"(?:[^"\\\n]|\\.)*"|[\[\]{}=,\n.]|[^"\[\]{}=,\n.]+'),
    "lines": re.compile(r"[^ =\n]+|[ =\n]"),
}
DOCTYPES = (
    '<!DOCTYPE a [<!ENTITY x "y">]>',
    '<!DOCTYPE lolz [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>',
    '<!DOCTYPE a SYSTEM "file:///etc/passwd">',
    '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
)
ENCODINGS = ("utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252", "gb18030", "shift_jis", "cp037", "utf-7", "koi8-r")
COLUMNS = (
    "B/L No",
    "Container No",
    "filed_at",
    "Filing Date",
    "Weight",
    "Gross Weight (LBS)",
    "POL",
    "POD",
    "Goods",
    "x" * 400,
    "",
)


_KEPT = (
    *(
        "bill_of_lading",
        "container_number",
        "house_bill",
        "filed_at",
        "shipper_name",
        "shipper_country",
        "consignee_name",
    ),
    *("port_of_loading", "port_of_discharge", "arrives_at", "goods_description", "hs_codes", "package_count"),
    *("gross_weight_kg", "declared_value", "currency", "container_type", "seal_numbers", "freight_terms"),
)


@cache
def _table() -> tuple[tuple[str, ...], ...]:
    with (SAMPLES / "dirty.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    kept = [place for place, name in enumerate(rows[0]) if name in _KEPT]
    return tuple(tuple(row[place] for place in kept) for row in [rows[0], *rows[1 :: max(1, len(rows) // ROWS)]])


@cache
def sample(name: str) -> bytes:  # noqa: PLR0911  (one for each format)
    """The undamaged file of a format; tables have ROWS rows or a few more."""
    rows = _table()
    if name == "csv":
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(rows)
        return out.getvalue().encode()
    if name == "headings.csv":
        return b"\n".join((SAMPLES / "ams-headings.csv").read_bytes().split(b"\n")[: ROWS + 1])
    if name == "jsonl":
        return b"\n".join((SAMPLES / "thirty.jsonl").read_bytes().split(b"\n")[:ROWS])
    if name == "json":
        return b"[" + sample("jsonl").replace(b"\n", b",") + b"]"
    if name == "xlsx":
        return (SAMPLES / "thirty.xlsx").read_bytes()
    if name in ("xls", "xlsb", "ods"):
        cells = [[cell or None for cell in row[:12]] for row in rows]
        return bytes(getattr(workbooks, name)(cells))
    if name == "parquet":
        return _parquet(pl.read_parquet(SAMPLES / "one-day.parquet", n_rows=ROWS))
    if name == "ams.zip":
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for path in sorted((MESSAGES / "ams").iterdir()):
                archive.writestr(zipfile.ZipInfo(path.name), path.read_bytes())
        return out.getvalue()
    return readers.sample(name) if name in readers.NAMES else (MESSAGES / name).read_bytes()


TABLES = ("csv", "headings.csv", "jsonl", "json", "xlsx", "xls", "xlsb", "ods", "parquet", "ams.zip")
NAMES = (*TABLES, *sorted(path.name for path in MESSAGES.iterdir() if path.is_file()))
"""Formats of manifests by their samples."""

READERS = (*NAMES, *readers.NAMES)
"""Manifests by format, and all else that is read from outside."""


def case(name: str, seed: int) -> bytes:
    """Case number `seed` of a format: a mangled file."""
    chance = random.Random(f"{name}/{seed}")  # noqa: S311  (repeatable)
    data = sample(name)
    way = chance.random()
    if name in ("xlsx", "xlsb", "ods", "ams.zip") and way < 0.8:
        data = _in_zip(data, name, chance)
    elif name == "parquet" and way < 0.7:
        data = _in_frame(chance)
    elif name in ("xls", "parquet", "xlsx", "xlsb", "ods", "ams.zip"):
        data = _bytes(data, chance)
    else:
        data = _text(data, _grammar(name), chance)
        if way < 0.1:
            data = _bytes(data, chance)
        elif way < 0.16:
            data = _encoded(data, chance)
    return _joined(data, chance)


def _grammar(name: str) -> str:
    kinds = {"edi": "edi", "xml": "xml", "json": "json", "jsonl": "json", "rels": "xml", "toml": "toml", "txt": "lines"}
    return kinds.get(name.rsplit(".", maxsplit=1)[-1], "csv")


def _text(data: bytes, grammar: str, chance: random.Random) -> bytes:
    text = data.decode("utf-8", "surrogateescape")
    pieces = [piece for piece in PIECES[grammar].findall(text) if piece]
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5))):
        pieces = chance.choice(_CHANGES)(pieces or [""], grammar, chance)
    return "".join(pieces).encode("utf-8", "surrogateescape" if chance.random() < 0.9 else "replace")


def _delete(pieces: list[str], _: str, chance: random.Random) -> list[str]:
    at = chance.randrange(len(pieces))
    return pieces[:at] + pieces[at + chance.choice((1, 1, 2, 5, 40)) :]


def _repeat(pieces: list[str], _: str, chance: random.Random) -> list[str]:
    at, length = chance.randrange(len(pieces)), chance.choice((1, 1, 3, 20))
    return pieces[: at + length] + pieces[at : at + length] * chance.choice((1, 1, 2, 30)) + pieces[at + length :]


def _swap(pieces: list[str], _: str, chance: random.Random) -> list[str]:
    one, other = chance.randrange(len(pieces)), chance.randrange(len(pieces))
    pieces[one], pieces[other] = pieces[other], pieces[one]
    return pieces


def _cut(pieces: list[str], _: str, chance: random.Random) -> list[str]:
    text = "".join(pieces)
    return [text[: chance.randrange(len(text) + 1)]]


def _move(pieces: list[str], _: str, chance: random.Random) -> list[str]:
    start, length, to = chance.randrange(len(pieces)), chance.choice((1, 3, 10)), chance.randrange(len(pieces))
    part = pieces[start : start + length]
    rest = pieces[:start] + pieces[start + length :]
    return rest[:to] + part + rest[to:]


_MARKS = {"json": ":", "toml": "="}
_OTHERS = (
    *("0", "-1", "1", "1e400", "-0.0", "10" * 400, "9" * 5_000, "0.5", "1e-320", "9223372036854775808", "true", "null"),
    *(
        "nan",
        "inf",
        "[]",
        "{}",
        '""',
        '"x"',
        '[""]',
        "[1, 2]",
        '{"a": 1}',
        "{ a = 1 }",
        "2024-01-01",
        "[" * 90 + "]" * 90,
    ),
    *('"\\u001b]0;x\\u0007"', '"\\u202e"', '"../x"', '"' + "x" * 5_000 + '"'),
)
"""Values of other types and sizes, which keep JSON or TOML well-formed for the most part."""


def _values(pieces: list[str], mark: str) -> list[int]:
    """Places of the values of keys."""
    after = [place + 1 for place, piece in enumerate(pieces[:-2]) if piece == mark]
    return [place if pieces[place].strip() else place + 1 for place in after]


def _value(pieces: list[str], grammar: str, chance: random.Random) -> list[str]:
    """Replace one value, within its piece, by a hostile one."""
    at, value = chance.randrange(len(pieces)), chance.choice(HOSTILE)
    if grammar == "edi":
        parts = re.split(r"([+:*>])", pieces[at])
        inside = chance.randrange(len(parts))
        parts[inside] = value + (pieces[at][-1:] if inside == len(parts) - 1 else "")
        pieces[at] = "".join(parts)
    elif grammar in _MARKS and chance.random() < 0.5 and (after := _values(pieces, _MARKS[grammar])):
        pieces[chance.choice(after)] = " " + chance.choice(_OTHERS)
    elif grammar in ("json", "toml") and chance.random() < 0.8:
        pieces[at] = json.dumps(value) if chance.random() < 0.7 else value
    elif grammar == "csv" and chance.random() < 0.5:
        pieces[at] = '"' + value.replace('"', '""') + '"'
    else:
        pieces[at] = value
    return pieces


def _heading(pieces: list[str], grammar: str, chance: random.Random) -> list[str]:
    """Give a heading, key, tag or segment another name, everywhere or once."""
    names = sorted({found for piece in pieces[:400] for found in re.findall(r"^[<\"/]*([A-Za-z_:]{2,40})", piece)})
    if not names:
        return pieces
    one = chance.choice(names)
    other = chance.choice((chance.choice(names), chance.choice(COLUMNS), chance.choice(HOSTILE)))
    return [piece.replace(one, other, 1) for piece in pieces]


def _count(pieces: list[str], _: str, chance: random.Random) -> list[str]:
    """Change the digits of a piece: counts, numbers, dates, codes."""
    places = [place for place, piece in enumerate(pieces) if any(map(str.isdigit, piece))]
    if places:
        at = chance.choice(places)
        digits = chance.choice(("0", "-1", "9" * 20, "1e400", "00000", "2147483648", "1.5", "1,5", "99999999"))
        pieces[at] = re.sub(r"\d+", digits, pieces[at], count=chance.choice((0, 1)))
    return pieces


_NESTS = {
    **{"xml": ("<a>", "</a>"), "json": ("[", "]"), "csv": ('"', '"'), "edi": ("UNH+", "'"), "toml": ("[", "]")},
    "lines": ("a.", " 0"),
}


def _nest(pieces: list[str], grammar: str, chance: random.Random) -> list[str]:
    at, depth = chance.randrange(len(pieces)), chance.choice((3, 70, 2_000))
    before, after = _NESTS[grammar]
    pieces[at] = before * depth + pieces[at] + after * chance.choice((depth, depth, 0))
    return pieces


def _doctype(pieces: list[str], grammar: str, chance: random.Random) -> list[str]:
    if grammar == "xml":
        pieces.insert(chance.choice((0, 1, 2)), chance.choice(DOCTYPES))
    return pieces


_CHANGES: tuple[Callable[[list[str], str, random.Random], list[str]], ...] = (
    *(_delete, _delete, _repeat, _repeat, _swap, _swap, _cut, _move),
    *(_value, _value, _value, _value, _heading, _count, _count, _nest, _doctype),
)


def _bytes(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 2, 4, 12))):
        at = chance.randrange(len(changed) + 1)
        match chance.randrange(5):
            case 0:
                changed[at : at + 1] = chance.randbytes(1)
            case 1:
                del changed[at : at + chance.choice((1, 4, 200))]
            case 2:
                changed[at:at] = chance.choice((b"\0", b"\xff\xff\xff\xff", b"\x80", chance.randbytes(6)))
            case 3:
                changed[at:at] = changed[at : at + 60] * chance.choice((1, 50))
            case _:
                if chance.random() < 0.3:
                    del changed[at:]
    return bytes(changed)


def _encoded(data: bytes, chance: random.Random) -> bytes:
    return data.decode("utf-8", "replace").encode(chance.choice(ENCODINGS), "replace")


def _in_zip(data: bytes, name: str, chance: random.Random) -> bytes:
    """A zip with its parts mangled, left out, renamed or said to be larger; the zip itself is sound."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    main = [part for part in parts if re.search(r"sheet1|sharedStrings|content\.xml|workbook\.|\.csv", part)]
    for _ in range(chance.choice((1, 1, 2))):
        part = chance.choice(main if chance.random() < 0.8 else list(parts))
        way = chance.random()
        if part not in parts or way < 0.06:
            parts.pop(part, None)
        elif way < 0.1:
            parts[chance.choice(list(parts))] = parts[part]
        elif part.endswith(".bin") or way < 0.2:
            parts[part] = _bytes(parts[part], chance)
        else:
            parts[part] = _text(parts[part], "csv" if part.endswith(".csv") else "xml", chance)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(zipfile.ZipInfo(part), content)
    return out.getvalue()


def _parquet(frame: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.write_parquet(out)
    return out.getvalue()


def _in_frame(chance: random.Random) -> bytes:
    """A sound Parquet with columns of other types, hostile values, other headings, or no rows."""
    frame = pl.read_parquet(io.BytesIO(sample("parquet")))
    for _ in range(chance.choice((1, 1, 2, 4))):
        name = chance.choice(frame.columns)
        size = frame.height
        values = [chance.choice(HOSTILE) for _ in range(size)]
        made: list[pl.Series] = [
            pl.Series(name, values, pl.String),
            pl.Series(name, [value.encode() for value in values], pl.Binary),
            pl.Series(
                name, [chance.choice((float("nan"), float("inf"), -1e308, 0.0)) for _ in range(size)], pl.Float64
            ),
            pl.Series(name, [chance.choice((-(2**63), 2**63 - 1, 0)) for _ in range(size)], pl.Int64),
            pl.Series(name, [chance.choice((-(2**63), 2**62, 0)) for _ in range(size)], pl.Int64).cast(
                pl.Datetime("us")
            ),
            pl.Series(name, [chance.choice((-(2**31), 2**31 - 1)) for _ in range(size)], pl.Int32).cast(pl.Date),
            pl.Series(name, [[value, None] for value in values], pl.List(pl.String)),
            pl.Series(name, [{"a": [{"b": value}]} for value in values]),
            pl.Series(name, [None] * size, pl.Null),
            pl.Series(name, [chance.random() < 0.5 for _ in range(size)], pl.Boolean),
            pl.Series(name, values, pl.String).cast(pl.Categorical),
            pl.Series(name, [2**40] * size, pl.Int64).cast(pl.Duration("us")),
            pl.Series(name, [1] * size, pl.Int64).cast(pl.Decimal(30, 4)),
        ]
        frame = frame.with_columns(chance.choice(made)) if size else frame
        way = chance.random()
        if way < 0.1:
            frame = frame.drop(name) if frame.width > 1 else frame
        elif way < 0.2 and (other := chance.choice((*COLUMNS, *HOSTILE))) not in frame.columns:
            frame = frame.rename({name: other})
        elif way < 0.3:
            frame = pl.concat([frame, frame])
        elif way < 0.33:
            frame = frame.clear()
    return _parquet(frame)


def _joined(data: bytes, chance: random.Random) -> bytes:
    """Sometimes two files in one, or the file in a gzip or zip, which may be damaged, too."""
    way = chance.random()
    if way < 0.04:
        other = sample(chance.choice(NAMES))
        data = data + other if way < 0.03 else other + data
    way = chance.random()
    if way < 0.06:
        data = gzip.compress(data, mtime=0)
    elif way < 0.12:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(zipfile.ZipInfo(chance.choice(("m", "m.csv", "../m.edi", "a/b.xml"))), data)
            if way > 0.1:
                archive.writestr(zipfile.ZipInfo("other"), sample(chance.choice(NAMES)))
        data = out.getvalue()
    return _bytes(data, chance) if way < 0.12 and chance.random() < 0.3 else data
