"""Mangled messages: never a traceback, never a row lost, whatever is cut, doubled or changed."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from riskscore.errors import ManifestError
from riskscore.manifest.read import files, read_many
from tests.manifest.messages import test_ams, test_customs_309, test_dcsa, test_scmtr

CASES = [20, pytest.param(200, marks=pytest.mark.slow)]
BIT = b"*~>:\"'{}[],\0\n\xff0Z"


def _messages() -> dict[str, bytes]:
    cargo = test_scmtr.cargo(**test_scmtr.MASTER, houseCargoDec=[test_scmtr.cargo(HCRef={"blNo": "H1"})])
    return {
        "m.edi": test_customs_309.interchange(test_customs_309.BILL, test_customs_309.BILL).encode(),
        "scmtr.json": json.dumps(test_scmtr.message(cargo)).encode(),
        "dcsa.json": json.dumps(test_dcsa.document()).encode(),
    }


def mangle(data: bytes, chance: random.Random) -> bytes:
    """`data` with one to four parts of it cut out, doubled, moved or replaced."""
    for _ in range(chance.randint(1, 4)):
        start, length = chance.randrange(len(data) + 1), chance.choice((1, 1, 3, 30, 300))
        part = data[start : start + length]
        match chance.randrange(5):
            case 0:
                data = data[:start] + data[start + length :]
            case 1:
                data = data[:start] + part * chance.choice((2, 50)) + data[start + length :]
            case 2:
                data = data[:start] + bytes(chance.choices(BIT, k=len(part))) + data[start + length :]
            case 3:
                place = chance.randrange(len(data) + 1)
                data = data[:place] + part + data[place:]
            case _:
                data = data[:start] or b"{"
    return data


@pytest.mark.parametrize("cases", CASES)
@pytest.mark.parametrize("name", _messages())
def test_a_mangled_message_is_read_or_refused_in_one_line(name: str, cases: int, tmp_path: Path) -> None:
    whole, path = _messages()[name], tmp_path / name
    for seed in range(cases):
        path.write_bytes(mangle(whole, random.Random(f"{name}{seed}")))  # noqa: S311
        _check(path)


@pytest.mark.parametrize("cases", CASES)
def test_mangled_tables_of_ams_are_read_or_refused_in_one_line(cases: int, tmp_path: Path) -> None:
    for seed in range(cases // 2):
        chance = random.Random(seed)  # noqa: S311
        folder = tmp_path / str(seed)
        folder.mkdir()
        for kind, text in test_ams.TABLES.items():
            headings, rows = text.split("\n", 1)
            data = mangle(rows.encode(), chance) if chance.random() < 0.5 else rows.encode()
            (folder / f"{kind}.csv").write_bytes(headings.encode() + b"\n" + data)
        _check(folder)


def _check(path: Path) -> None:
    try:
        manifest = read_many(files([path]))
    except ManifestError as refused:
        assert "\n" not in str(refused)
        return
    assert manifest.balance == 0
