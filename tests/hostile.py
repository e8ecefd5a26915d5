"""A folder of files that are wrong, odd or hostile, and ways to damage a lake; for attacks on all commands."""

import json
import os
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

ESCAPE = "Bad\x1b]0;title\x07\x1b[31m \u202egnp \x9b1m"
"""A text that sets the title of a terminal, turns its colour and the direction of what follows."""

HEADER = "bill_of_lading,container_number,filed_at,port_of_loading,port_of_discharge,goods_description,consignee_name"
ROW = "B1,TOYU0000001,2024-03-01T10:00:00Z,NGAPP,VNHPH,{},{}"

STIX = {
    "type": "bundle",
    "id": "bundle--1",
    "objects": [{"type": "indicator", "pattern": "[x:y = 'z']", "valid_from": 5, "labels": {"a": []}, "name": ESCAPE}],
}
_DIGITS = "9" * 5_000
_DEEP = "[" * 3_000 + "]" * 3_000

TEXTS: dict[str, str | bytes] = {
    "good.csv": f"{HEADER}\n{ROW.format('TEA', 'TRADER')}\n",
    "evil.csv": f"{HEADER},{ESCAPE}\n{ROW.format(ESCAPE, ESCAPE)},{ESCAPE}\n",
    "names.csv": f"{ESCAPE},{ESCAPE * 90}\n1,2\n",
    "long.csv": f"{'h' * 4_000},{'g' * 4_000}\n1,2\n",
    "date.csv": f"{HEADER}\nB1,TOYU0000001,{ESCAPE},NGAPP,VNHPH,x,y\n",
    f"na{ESCAPE[:5]}me.csv": "x\n1\n",
    "empty.csv": "",
    "latin.csv": f"{HEADER}\n{ROW.format('TEA', 'CAFÉ')}\n".encode("latin-1"),
    "binary.csv": bytes(range(256)) * 9,
    "broken.parquet": b"PAR1" + b"\0" * 99 + b"PAR1",
    "broken.json": '[{"a": ',
    "deep.json": _DEEP,
    "digits.json": f'[{{"bill_of_lading": {_DIGITS}}}]',
    "broken.xlsx": b"PK\x03\x04" + b"\0" * 99,
    "broken.edi": f"UNB+UNOA:1+A+B+200101:0000+1'UNH+1+CUSCAR:D:95B:UN'BGM+{ESCAPE}'",
    "broken.xml": f"<?xml version='1.0'?><Awmds><x>{ESCAPE}",
    "broken.toml": "[columns\n=",
    "evil.toml": f'[columns]\n{json.dumps(ESCAPE)} = {json.dumps(ESCAPE)}\n[port.{json.dumps(ESCAPE)}]\nboxes = "x"\n',
    "digits.toml": f"boxes = {_DIGITS}\n",
    "deep.toml": f"a = {_DEEP}\n",
    "dots.toml": f"{'a.' * 20_000}a = 1\n",
    "types.toml": 'row = 5\ncolumns = "x"\nfields = [1]\nprofiles = 1979-05-27\noutcome = 1\nboxes = -1\nshares = 7\n',
    "control.toml": f"x = '{ESCAPE}'\n",
    "alerts.csv": f"kind,value,provider,reason\nparty,{ESCAPE},{ESCAPE},x\n{ESCAPE},y,z,\n",
    "alerts.stix": json.dumps(STIX),
    "list.stix": json.dumps({"type": "bundle", "objects": {"a": 1}}),
    "alerts.json": json.dumps([{"kind": 5, "value": ["x"], "provider": {}}, 7, None]),
    "findings.csv": f"bill_of_lading,container_number,known_at,finding\nB1,TOYU0000001,{ESCAPE},{ESCAPE}\n",
    "pairs.csv": f"a,b\n{ESCAPE},y\n",
}

ALERTS = [name for name in TEXTS if name.startswith(("alerts.", "list."))]
ALERTS += ["deep.json", "digits.json", "good.csv", "binary.csv", "folder.csv"]


def fill(folder: Path, model: Path) -> None:
    """Write TEXTS, folders in the place of files, and damaged copies of `model` (folders `model-...`) to `folder`."""
    for name, text in TEXTS.items():
        content = text if isinstance(text, bytes) else text.encode()
        (folder / name).write_bytes(content)
    for name in ("folder.csv", "out", "full", "inbox"):
        (folder / name).mkdir()
    (folder / "full" / "file").touch()
    (folder / "loop.csv").symlink_to("loop.csv")
    for name, damage in MODELS.items():
        damage(shutil.copytree(model, folder / f"model-{name}"))


def drop(inbox: Path) -> None:
    """Put the files of TEXTS into an inbox."""
    for name, text in TEXTS.items():
        (inbox / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    settle(inbox)


def settle(inbox: Path) -> None:
    """Make files look old: what has just changed may still be growing, and a night leaves it."""
    for path in inbox.iterdir():
        os.utime(path, (1_700_000_000, 1_700_000_000))


def _card(**fields: object) -> Callable[[Path], object]:
    def damage(folder: Path) -> None:
        card = json.loads((folder / "card.json").read_text())
        (folder / "card.json").write_text(json.dumps(card | fields))

    return damage


MODELS: dict[str, Callable[[Path], object]] = {
    "types": _card(name=[ESCAPE], rows="many", features=7, splits={}, period=5, trees="x"),
    "name": _card(name=ESCAPE, data=ESCAPE),
    "null": lambda folder: (folder / "card.json").write_text("null"),
    "calibration": lambda folder: (folder / "calibration.json").write_text(f'{{"slope": 1{"0" * 400}, "offset": 0}}'),
    "calibration-types": lambda folder: (folder / "calibration.json").write_text('{"slope": "x", "offset": []}'),
    "no-trees": lambda folder: (folder / "model.txt").unlink(),
    "folder": lambda folder: ((folder / "card.md").unlink(), (folder / "card.md").mkdir()),
}
"""Ways to damage a model folder."""


def _parquet(lake: Path, table: str) -> Path:
    return next((lake / table).rglob("*.parquet"))


def _edit_log(lake: Path, table: str, text: str) -> None:
    last = max((lake / table / "_delta_log").glob("*.json"))
    last.write_text(text)


def _bad_champion(lake: Path) -> None:
    from riskscore.lake.open import open_lake  # noqa: PLC0415

    at = datetime(2024, 3, 1, tzinfo=UTC)
    row = {"number": [1], "action": ["promote"], "model": ["../evil"], "at": [at], "detail": ['{"champion": 5']}
    frame = pl.DataFrame(row).with_columns(run=pl.lit(None, pl.Int64))
    open_lake(lake).append("champions", frame, run=1, night=date(2024, 3, 1), step="champion")


LAKES: dict[str, Callable[[Path], object]] = {
    "no parquet": lambda lake: _parquet(lake, "consignments").unlink(),
    "cut parquet": lambda lake: _parquet(lake, "scores").write_bytes(b"PAR1" + b"\0" * 50),
    "other parquet": lambda lake: pl.DataFrame({"x": [ESCAPE]}).write_parquet(_parquet(lake, "runs")),
    "empty parquet": lambda lake: _parquet(lake, "slates").write_bytes(b""),
    "no log": lambda lake: shutil.rmtree(lake / "runs" / "_delta_log"),
    "log of other text": lambda lake: _edit_log(lake, "runs", ESCAPE),
    "log of other types": lambda lake: _edit_log(lake, "scores", '{"add": 5}'),
    "broken champion": _bad_champion,
}
"""Ways to damage a lake."""
