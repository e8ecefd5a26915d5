"""A night with 50 hostile files among 50 good ones scores the good ones, in little more time than without them."""

import gzip
import io
import os
import time
import zipfile
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from crafted import DOING, GOOD, arrive
from pyarrow import parquet

from riskscore.lake.open import create_lake
from riskscore.nightly import apart
from riskscore.nightly.inbox import Inbox
from riskscore.nightly.run import Night, NightResult, run_night
from riskscore.selection.capacity import parse

GOODS = 50
SECONDS_EACH = 2.0
"""Most seconds that a hostile file may cost."""

AT_ONCE = ("ends", "faults", "fills", "raises")
"""What a library does on a crafted file, as in test_apart; one more file lets it loop."""


def _night(folder: Path, hostile: bool) -> tuple[float, NightResult, set[str]]:
    inbox = folder / "inbox"
    inbox.mkdir(parents=True)
    for place in range(GOODS):
        arrive(inbox, f"good-{place}.csv", GOOD.format(f"B{place}"))
    good = {path.name for path in inbox.iterdir()}
    if hostile:
        _add_hostile(inbox)
    bad = {path.name for path in inbox.iterdir()} - good
    night = Night(create_lake(folder / "lake"), Inbox(inbox), None, parse({"default": {"boxes": 3}}))
    start = time.perf_counter()
    result = run_night(night, date(2024, 1, 1), force=True)
    return time.perf_counter() - start, result, bad


def _add_hostile(inbox: Path) -> None:
    contents: dict[str, bytes] = {}
    for place in range(7):
        os.mkfifo(inbox / f"pipe-{place}.csv")
        (inbox / f"zero-{place}.csv").symlink_to("/dev/zero")
        contents[f"zeros-{place}.csv.gz"] = gzip.compress(b"\0" * (2**26 + place + 1), 1)
        contents[f"files-{place}.zip"] = _zip(2_000 + place)
        contents[f"rows-{place}.parquet"] = _bomb(2_000_000 + place)
        contents[f"deep-{place}.json"] = b"[" * (100_000 + place)
        contents[f"noise-{place}.xlsx"] = b"PK\x03\x04" + bytes(range(place, 256)) * 9
    for name, content in contents.items():
        (inbox / name).write_bytes(content)
        os.utime(inbox / name, (1, 1))
    arrive(inbox, "loops.csv", GOOD.format("loops"))
    for name in AT_ONCE:
        arrive(inbox, f"{name}.csv", GOOD.format(name))


def _zip(files: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for place in range(files):
            archive.writestr(f"{place}.csv", GOOD.format(place))
    return out.getvalue()


def _bomb(rows: int) -> bytes:
    out = io.BytesIO()
    column = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, dtype=np.int32)), pa.array(["x"]))
    parquet.write_table(pa.table({f"column {place}": column for place in range(10)}), out)
    return out.getvalue()


@pytest.mark.slow
def test_fifty_hostile_files_cost_at_most_two_seconds_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_START", DOING)
    _night(tmp_path / "first", hostile=False)  # loads the libraries
    alone, clean, none = _night(tmp_path / "alone", hostile=False)
    among, result, bad = _night(tmp_path / "among", hostile=True)
    print(f"good files alone {alone:.1f} s, among {len(bad)} hostile ones {among:.1f} s")
    assert not none
    assert len(bad) >= GOODS
    assert clean.counts is not None
    assert result.counts is not None
    assert result.counts["scores"]["scored"] == clean.counts["scores"]["scored"] == GOODS
    assert {file.name for file in result.left} == bad
    assert all(file.why.startswith("cannot be ") for file in result.left)
    assert among - alone < SECONDS_EACH * len(bad)
