"""Read files that are absurdly large, deep, empty or packed: each in time, and in at most 8 times its size in memory.

    .venv/bin/python -m bench.absurd [name ...]

A process reads each file, and tells its CPU seconds and how much memory it needed beyond its own before. An archive
counts with what it may unpack to. Small files are allowed FREE bytes.
"""

from __future__ import annotations

import gzip
import io
import json
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl

from bench import mutations
from bench.mangled import MAX_SECONDS, judge, peak, reset_peak

FREE = 64 * 2**20
"""Memory that a small file may take: tables of names, and buffers of the libraries."""

TIMES = 8
MIB = 2**20
_LONG = "X" * (10 * MIB)


def _edifact(*segments: str, kind: str = "CUSCAR") -> bytes:
    body = "'".join(segments)
    head = f"UNB+UNOC:3+A+B+260702:0900+R1'UNH+1+{kind}:D:95B:UN'BGM+85+M1+9'TDT+20+1E+1++A:172:20+++9320245:146::HERON"
    return f"{head}'{body}'UNT+9+1'UNZ+1+R1'".encode()


_BILL = "CNI+1+B1'RFF+BM:B1'LOC+9+ECGYE'LOC+11+NLRTM'NAD+CZ+++ACME'NAD+CN+++ZETA"


def _in_sample(name: str, pattern: str, text: str) -> bytes:
    """A sample with `text` in the place of the first `pattern`."""
    data = mutations.sample(name)
    if pattern.encode() not in data:
        raise ValueError(f"{name} has no {pattern}")
    return data.replace(pattern.encode(), text.encode(), 1)


def _x12(segment: str) -> bytes:
    data = mutations.sample("x12-309.edi")
    at = data.rindex(b"SE*")
    return data[:at] + segment.encode() + data[at:]


def _zip(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _csv(rows: int = 0, cell: str = "", last: str = "") -> bytes:
    head = "bill_of_lading,container_number,filed_at,shipper_name,goods_description,gross_weight_kg,hs_codes"
    head += ",port_of_loading,port_of_discharge"
    row = f"B1,MSCU1234566,2019-03-25,ACME,{cell or 'RESIN'},24000,390120,ECGYE,NLRTM"
    more = "\n".join(f"B{n},MSCU1234566,2019-03-25,ACME,RESIN,24000,390120,ECGYE,NLRTM" for n in range(2, rows))
    return "\n".join((head, row, more, last)).encode()


def _xlsx_far() -> bytes:
    with zipfile.ZipFile(io.BytesIO(mutations.sample("xlsx"))) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    part = "xl/worksheets/sheet1.xml"
    parts[part] = parts[part].replace(
        b"</sheetData>", b'<row r="99999999"><c r="A99999999"><v>1</v></c></row></sheetData>'
    )
    return _zip(parts)


def _xlsx_texts() -> bytes:
    """Many cells that share one text of 1 MB."""
    with zipfile.ZipFile(io.BytesIO(mutations.sample("xlsx"))) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    part, strings = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(100, 5_100))
    parts[part] = parts[part].replace(b"</sheetData>", cells.encode() + b"</sheetData>")
    parts[strings] = parts[strings].replace(b"<t>", b"<t>" + _LONG[:MIB].encode(), 1)
    return _zip(parts)


def _parquet_dictionary() -> bytes:
    text = pl.Series(["X" * 20_000], dtype=pl.String)
    wide = text.new_from_index(0, 1_000_000)
    frame = pl.DataFrame({"bill_of_lading": pl.Series(["B"]).new_from_index(0, 1_000_000), "goods": wide})
    out = io.BytesIO()
    frame.write_parquet(out, compression="zstd")
    return out.getvalue()


def _names(rows: int) -> bytes:
    """Texts of ports that are all different and all wrong."""
    chance = random.Random(1)  # noqa: S311  (repeatable)
    words = ["".join(chance.choices("abcdefghijklmnoprstuv", k=8)) for _ in range(rows)]
    lines = [f"B{n},MSCU1234566,2019-03-25,{word} {word[:4]},{word},RICE" for n, word in enumerate(words)]
    return "\n".join(
        ["bill_of_lading,container_number,filed_at,port_of_loading,port_of_discharge,goods_description", *lines]
    ).encode()


GOODS, BOXES, BILLS = 200_000, 200_000, 1_000_000
FILES: dict[str, Callable[[], bytes]] = {
    "EDIFACT: a million bills without anything": lambda: _edifact(*["CNI"] * BILLS),
    "EDIFACT: a million numbered bills": lambda: _edifact(*(f"CNI+1+B{n}" for n in range(BILLS))),
    "EDIFACT: a million empty segments": lambda: _edifact(_BILL, *[""] * BILLS, "GID+1+5:CT"),
    "EDIFACT: a million unknown segments": lambda: _edifact(_BILL, *["ZZZ+1"] * BILLS, "GID+1+5:CT"),
    "EDIFACT: a million messages": lambda: _edifact(_BILL, *["UNT+1+1'UNH+1+CUSCAR:D:95B:UN"] * BILLS),
    "EDIFACT: 200,000 goods lines on a bill": lambda: _edifact(
        _BILL, *(f"GID+{n}+5:CT'FTX+AAA+++RICE {n}" for n in range(GOODS))
    ),
    "EDIFACT: 200,000 containers on a bill": lambda: _edifact(
        _BILL, "GID+1+5:CT", *(f"SGP+MSCU{n:07}+1" for n in range(BOXES))
    ),
    "EDIFACT: 200,000 containers before a bill": lambda: _edifact(
        *(f"EQD+CN+MSCU{n:07}" for n in range(BOXES)), _BILL, "GID+1+5:CT"
    ),
    "EDIFACT: 3,000 goods lines in 3,000 containers": lambda: _edifact(
        _BILL, *(f"EQD+CN+MSCU{n:07}" for n in range(3_000)), *(f"GID+{n}+5:CT'FTX+AAA+++RICE" for n in range(3_000))
    ).replace(b"CUSCAR:D", b"IFTMCS:D"),
    "EDIFACT: 200,000 places of a bill": lambda: _edifact(_BILL, *(f"LOC+13+NLR{n:02}" for n in range(GOODS))),
    "EDIFACT: 200,000 seals of a container": lambda: _edifact(
        _BILL, "EQD+CN+MSCU1234566", *(f"SEL+{n}" for n in range(GOODS))
    ),
    "EDIFACT: 200,000 texts of a goods line": lambda: _edifact(
        _BILL, "GID+1+5:CT", *(f"FTX+AAA+++RICE {n}" for n in range(GOODS))
    ),
    "EDIFACT: a value of 10 MB": lambda: _edifact(_BILL, f"GID+1+5:CT'FTX+AAA+++{_LONG}"),
    "EDIFACT: a segment of 20 MB without an end": lambda: _edifact(_BILL)[:-30] + b"FTX+AAA+++" + 2 * _LONG.encode(),
    "EDIFACT: 10 MB of components": lambda: _edifact(_BILL, "GID" + "+:" * (5 * MIB)),
    "EDIFACT: 10 MB of releases": lambda: _edifact(_BILL, "FTX+AAA+++" + "?'" * (5 * MIB)),
    "EDIFACT: 10 MB of UNA": lambda: b"UNA:+.? 'UNB+" * (MIB - 9),
    "BAPLIE: a million slots": lambda: _edifact(*["LOC+147+0010203"] * BILLS, kind="BAPLIE"),
    "BAPLIE: 200,000 containers in a slot": lambda: _edifact(
        "LOC+147+0010203", *(f"EQD+CN+MSCU{n:07}" for n in range(BOXES)), kind="BAPLIE"
    ),
    "X12: a million bills without anything": lambda: _x12("M11~" * BILLS),
    "X12: a million empty segments": lambda: _x12("~" * BILLS),
    "X12: 200,000 goods lines on a bill": lambda: _x12("N10*5*RICE~" * GOODS),
    "X12: 200,000 containers on a bill": lambda: _x12("".join(f"VID*CN*MSCU*{n:06}~" for n in range(BOXES))),
    "X12: an element of 10 MB": lambda: _x12(f"N10*5*{_LONG}~"),
    "XML: 100,000 elements within each other": lambda: _in_sample(
        "awmds.xml", "</Awmds>", "<a>" * 100_000 + "</a>" * 100_000 + "</Awmds>"
    ),
    "XML: a text of 10 MB": lambda: _in_sample(
        "awmds.xml", "<Bol_segment>", f"<Bol_segment><Remarks>{_LONG}</Remarks>"
    ),
    "XML: a tag of 10 MB": lambda: _in_sample("awmds.xml", "<Bol_segment>", f'<Bol_segment a="{_LONG}">'),
    "XML: a comment of 20 MB": lambda: _in_sample("awmds.xml", "<Bol_segment>", f"<!--{2 * _LONG}--><Bol_segment>"),
    "XML: a million attributes": lambda: _in_sample(
        "awmds.xml", "<Bol_segment>", "<Bol_segment " + " ".join(f'a{n}="1"' for n in range(BILLS)) + ">"
    ),
    "XML: a million empty bills": lambda: _in_sample(
        "awmds.xml", "<Bol_segment>", "<Bol_segment/>" * BILLS + "<Bol_segment>"
    ),
    "XML: a million elements in a bill": lambda: _in_sample(
        "awmds.xml", "<Bol_segment>", "<Bol_segment>" + "<a/>" * BILLS
    ),
    "XML: 200,000 containers on a bill": lambda: _in_sample(
        "awmds.xml",
        "</Bol_segment>",
        "".join(f"<ctn_segment><Ctn_reference>M{n}</Ctn_reference></ctn_segment>" for n in range(BOXES))
        + "</Bol_segment>",
    ),
    "XML: entities within entities": lambda: (
        b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">'
        + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10 if n else b"&a;") for n in range(12))
        + b"]><Awmds><Bol_segment>&a11;</Bol_segment></Awmds>"
    ),
    "JSON: 100,000 arrays within each other": lambda: b"[" * 100_000 + b"]" * 100_000,
    "JSON: 100,000 objects in a message": lambda: _in_sample(
        "scmtr.json", "{", '{"x":' + '{"a":' * 100_000 + "1" + "}" * 100_000 + ","
    ),
    "JSON: a value of 10 MB": lambda: _in_sample("scmtr.json", "{", f'{{"x":"{_LONG}",'),
    "JSON: a key of 10 MB": lambda: _in_sample("scmtr.json", "{", f'{{"{_LONG}":1,'),
    "JSON: a number of 10 MB": lambda: _in_sample("scmtr.json", "{", f'{{"x":{"9" * 10 * MIB},'),
    "JSON: a row with a number of 10 MB": lambda: (  # noqa: PLW0108
        f'[{{"bill_of_lading":"B","gross_weight_kg":{"9" * 10 * MIB}}}]'.encode()
    ),
    "JSON: 200,000 keys, the last one twice": lambda: _in_sample(
        "scmtr.json",
        '"master"',
        '"x":{' + ",".join(f'"k{n}":1' for n in range(GOODS)) + f',"k{GOODS - 1}":2}},"master"',
    ),
    "JSON: a million empty objects": lambda: b"[" + b",".join([b"{}"] * BILLS) + b"]",
    "JSON: a million objects in a message": lambda: _in_sample(
        "scmtr.json", "{", '{"x":[' + ",".join(["{}"] * BILLS) + "],"
    ),
    "JSON: 200,000 columns": lambda: b"[{" + b",".join(b'"k%d":1' % n for n in range(GOODS)) + b"}]",
    "JSON: rows with 2,000 columns of their own": lambda: b"\n".join(b'{"k%d":1}' % n for n in range(100_000)),
    "JSON: a row with 200,000 goods lines": lambda: (
        b'[{"bill_of_lading":"B1","container_number":"MSCU1234566","filed_at":"2019-03-25","port_of_loading":"ECGYE",'
        b'"port_of_discharge":"NLRTM","goods_description":"RICE","goods_items":['
        + b",".join([b'{"goods_description":"RICE"}'] * GOODS)
        + b"]}]"
    ),
    "CSV: a cell of 10 MB": lambda: _csv(cell=_LONG),
    "CSV: a quoted cell of 10 MB of quotes": lambda: _csv(cell='"' + '""' * (5 * MIB) + '"'),
    "CSV: an open quote before 10 MB": lambda: _csv(rows=200_000, cell='"open'),
    "CSV: a million empty lines": lambda: _csv(last="\n" * BILLS),
    "CSV: a million blank rows": lambda: _csv(last=",,,,,,,,\n" * BILLS),
    "CSV: 10 MB of delimiters": lambda: _csv(last="," * (10 * MIB)),
    "CSV: a heading of 10 MB": lambda: _csv().replace(b"shipper_name", _LONG.encode(), 1),
    "CSV: 200,000 containers in a cell": lambda: _csv().replace(
        b"MSCU1234566", " ".join(f"MSCU{n:07}" for n in range(BOXES)).encode()
    ),
    "CSV: 1,000,000 HS codes in a cell": lambda: _csv().replace(b"390120", b" ".join([b"390120"] * BILLS)),
    "CSV: 10 MB of zero bytes": lambda: b"\0" * (10 * MIB),
    "CSV: 10 MB of noise": lambda: random.Random(1).randbytes(10 * MIB),  # noqa: S311
    "CSV: 10 MB of letters of a code page": lambda: (
        _csv(cell="".join(chr(0x410 + n % 64) for n in range(5 * MIB))).decode().encode("cp1251")
    ),
    "CSV: 20,000 unknown ports": lambda: _names(20_000),
    "XLSX: a cell in row 99,999,999": _xlsx_far,
    "XLSX: 5,000 cells with a text of 1 MB": _xlsx_texts,
    "XLSX: a part of 80 MB of zero bytes": lambda: _zip(
        {"xl/workbook.xml": b"", "xl/worksheets/sheet1.xml": b"\0" * (80 * MIB)}
    ),
    "Parquet: a million texts of 20,000 characters": _parquet_dictionary,
    "zip: 80 MB of zero bytes": lambda: _zip({"m.csv": b"\0" * (80 * MIB)}),
    "zip: a bomb in parts": lambda: _zip({f"{n}.csv": b"a,b\n" * (2 * MIB) for n in range(20)}),
    "zip: 100,000 files": lambda: _zip({f"{n}.csv": b"a" for n in range(100_000)}),
    "gzip: 80 MB of zero bytes": lambda: gzip.compress(b"\0" * (80 * MIB)),
    "gzip: 1,000,000 members": lambda: gzip.compress(b"") * 300_000,
    "gzip: a gzip in a gzip": lambda: gzip.compress(gzip.compress(b"\0" * (80 * MIB))),
}
"""What each absurd file is, and what makes it."""


def measure(name: str) -> None:
    """Print outcome, message, size, seconds and memory for one file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "m"
        for warm in ("csv", "cuscar.edi", "x12-309.edi", "xlsx"):
            path.write_bytes(mutations.sample(warm))
            judge(path)
        path.write_bytes(FILES[name]())
        before, start = reset_peak(), time.process_time()
        outcome, said = judge(path)
        print(json.dumps([outcome, said, path.stat().st_size, time.process_time() - start, peak() - before]))


def main(*wanted: str) -> int:
    """Measure the files whose names have one of `wanted` in them. Returns the number of failures."""
    failures = 0
    for name in FILES:
        if wanted and not any(part in name for part in wanted):
            continue
        command = [sys.executable, "-m", "bench.absurd", "measure", name]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=150)  # noqa: S603
            outcome, said, size, seconds, more = json.loads(done.stdout or "null") or (
                "FAILED",
                done.stderr[-300:],
                0,
                0,
                0,
            )
            if done.stderr:
                outcome, said = "FAILED", f"on stderr: {done.stderr[-300:]}"
        except subprocess.TimeoutExpired:
            outcome, said, size, seconds, more = "FAILED", "hangs", 0, 150, 0
        unpacked = 64 * MIB if name.startswith(("zip", "gzip", "XLSX: a part")) else size
        is_bad = outcome == "FAILED" or seconds > MAX_SECONDS or more > max(FREE, TIMES * unpacked)
        failures += is_bad
        told = f"{size / MIB:6.1f} MB {seconds:6.1f} s {more / MIB:6.0f} MB  {said[:150]}"
        print(f"{'FAILED' if is_bad else outcome:<8}{name:<48}{told}", flush=True)
    return failures


if __name__ == "__main__":
    if sys.argv[1:2] == ["measure"]:
        measure(sys.argv[2])
    else:
        raise SystemExit(1 if main(*sys.argv[1:]) else 0)
