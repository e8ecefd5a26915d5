"""Messages for the tests, made up: wrap the segments of a message into an interchange."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from riskscore.manifest.read import Manifest, read

HEADER = (
    "BGM+85+M1+9'DTM+137:202607020915:203'TDT+20+2607E+1++NRDL:172:20+++9320245:146::NORDIC HERON'"
    "LOC+60+NLRTM:139:6'DTM+132:202607091400:203'"
)
BOXES = "EQD+CN+NRDU4100239+22G1:102:5++3+5'SEL+A1+CA'EQD+CN+NRDU4101873+45G1:102:5++3+5'SEL+A2+CA'SEL+A3+CU'"
PORTS = "LOC+9+ECGYE:139:6'LOC+11+NLRTM:139:6'"
BILL = f"CNI+1+B1'RFF+BM:B1'{PORTS}"


def message(body: str, kind: str = "CUSCAR:D:95B:UN") -> str:
    return f"UNH+1+{kind}'{body}UNT+{body.count(chr(39)) + 2}+1'"


def interchange(*messages: str, una: str = "", syntax: str = "UNOC:3", sent: str = "260702:0900") -> str:
    return f"{una}UNB+{syntax}+NRDL+CUSTOMS+{sent}+R1'{''.join(messages)}UNZ+{len(messages)}+R1'"


def manifest(folder: Path, text: str | bytes, name: str = "m.edi") -> Manifest:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("latin-1"))
    found = read(path)
    assert found.balance == 0
    return found


def cuscar(folder: Path, body: str, header: str = HEADER, una: str = "") -> Manifest:
    return manifest(folder, interchange(message(header + body), una=una))


def rows(found: Manifest) -> list[dict]:
    return pl.concat([found.earlier, found.consignments]).to_dicts()
