"""Every command that writes, as commands.py calls it, and what is there before: nights, findings, alerts, models.

Left out are commands that only print, and those that write a file as another one here does: `rehearse`, `cases`.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import trial

from riskscore.casework import slates
from riskscore.lake.open import open_lake
from riskscore.schema import KEY

NIGHTS, PER_DAY, SEED = 3, 40, 7
LEARNED = 40
"""Days of the world that a model learns from."""

RATE = ("--smuggling-rate", 0.05)

Words = list[object]

SHORT = [
    *("record", "record-one", "strike", "alerts-import", "alerts-expire", "alerts-decide"),
    *("maps-add", "maps-remove", "compact", "export", "reopen"),
]
"""Commands that take a second or two."""

FIRST_CALLS = {
    "add": ["strike"],
    "maps-remove": ["maps-add"],
    "rollback": ["promote"],
    "repair": ["backup"],
    "restore": ["backup"],
    "sign": ["keys"],
    "alerts-sign": ["keys", "alerts-export"],
}
"""What is called, undisturbed, before a command is disturbed."""

ARRIVE = {"nightly": (NIGHTS,), "backfill": (NIGHTS, NIGHTS + 1)}
"""The nights whose manifests arrive before a command."""

ALONE = ("repair",)
"""Commands beside which no other may use the lake."""

PAIRS = (
    *(("nightly", name) for name in ("record", "strike", "alerts-import", "alerts-expire", "maps-add", "compact")),
    *(("nightly", name) for name in ("backup", "promote", "reopen", "check", "export", "score")),
    *(("compact", name) for name in ("record", "backup", "export", "strike", "check", "package", "alerts-import")),
    *(("promote", name) for name in ("score", "retire", "compact", "record")),
    *(("backup", name) for name in ("record", "alerts-import", "promote")),
    *(("record", name) for name in ("record-one", "export")),
    *(("alerts-expire", name) for name in ("alerts-import", "alerts-decide", "alerts-export")),
    ("maps-add", "record"),
    ("strike", "sheets"),
    ("sign", "promote"),
)
"""Different commands that are called at once. Whatever the order, the tables must be those of one order."""


def before(base: Path, *, learn: bool) -> None:
    """Run nights in a new lake, perhaps train a model, and write the files that the commands take in."""
    world = trial.make(base, NIGHTS + 2, PER_DAY, SEED)
    trial.nights(base, world, NIGHTS)
    for day in (NIGHTS, NIGHTS + 1):
        trial.filed(world, day).write_parquet(base / f"later-{day}.parquet")
    filed = pl.concat([trial.filed(world, day) for day in range(NIGHTS)])
    boxes = filed.select(*KEY).unique(maintain_order=True)
    findings = boxes.head(40).with_columns(
        inspected_at=pl.lit(datetime(2024, 1, 5, tzinfo=UTC)),
        known_at=pl.lit(datetime(2024, 1, 6, tzinfo=UTC)),
        finding=pl.when(pl.int_range(pl.len()) % 8 == 0).then(pl.lit("seizure")).otherwise(pl.lit("clean")),
    )
    findings.head(6).write_parquet(base / "findings.parquet")
    findings.slice(6).write_parquet(base / "earlier.parquet")
    lake = base / "lake"
    trial.done(base / "run", "record", base / "earlier.parquet", "--lake", lake)
    lines = [
        f"{place},container,{box},tip {place},{'2024-01-02' if place % 2 else ''}"
        for place, (_, box) in enumerate(boxes.head(8).rows())
    ]
    heading = "id,kind,container_number,reason,updated_at\n"
    (base / "alerts.csv").write_text(heading + "\n".join(lines) + "\n", "utf-8")
    (base / "known.csv").write_text(f"{heading}K1,container,{boxes[0, 1]},known,2024-01-02\n", "utf-8")
    trial.done(base / "run", "alerts", "import", base / "known.csv", "--lake", lake, "--provider", "Made up")
    trial.done(base / "run", "columns", base / "later-3.parquet", "--save", base / "map.toml")
    drawn = slates.in_force(open_lake(lake), trial.FIRST + timedelta(NIGHTS - 1))
    opened = drawn.filter(pl.col("action") == "open").row(0, named=True)
    (base / "box.json").write_text(json.dumps([opened[name] for name in KEY]), "utf-8")
    for name in ("out", "models"):
        (base / name).mkdir()
    trial.done(base / "run", "simulate", base / "learned", "--days", LEARNED, "--per-day", PER_DAY, "--seed", 3, *RATE)
    if learn:
        later = ["--hold-back", 10, "--out", base / "models" / "first"]  # the last days are there to judge it
        trial.done(base / "run", "train", "--world", base / "learned", *later)


def commands(folder: Path) -> dict[str, list[Words]]:
    """Return every command that writes, by name, as the calls that follow each other."""
    lake, out, later = folder / "lake", folder / "out", folder / "later-3.parquet"
    night = trial.FIRST + timedelta(NIGHTS - 1)
    bill, container = json.loads((folder / "box.json").read_text("utf-8"))
    box = ["--bill", bill, "--container", container]
    here, made, alert = ["--lake", lake], ["--reason", "made up"], "Made up/K1"
    moments = ["--inspected-at", "2024-01-05", "--known-at", "2024-01-06"]
    world = folder / "learned"
    judged = ["--manifests", world / "manifests", "--outcomes", world / "outcomes.parquet"]
    judged += ["--truth", world / "truth.parquet"]
    later_box = pl.read_parquet(later, columns=[KEY[1]], n_rows=1).item() if later.exists() else ""
    nightly = [trial.nightly(folder, trial.FIRST + timedelta(day)) for day in (NIGHTS, NIGHTS + 1)]
    calls: dict[str, Words] = {
        "record": ["record", folder / "findings.parquet", *here],
        "record-one": ["record", *here, *box, "--finding", "clean", *moments],
        "strike": ["slate", "strike", *here, "--date", night, *box, *made],
        "add": ["slate", "add", *here, "--date", night, *box, *made],
        "sheets": ["slate", "sheets", *here, "--date", night, "--top", 2, "--out", out / "sheets"],
        "reopen": ["lake", "reopen", lake, "--date", night, *made],
        "alerts-import": ["alerts", "import", folder / "alerts.csv", *here, "--provider", "Made up"],
        "alerts-decide": ["alerts", "decide", alert, *here, "--value", "AAAU1234567", *made],
        "alerts-expire": ["alerts", "expire", alert, *here, *made],
        "alerts-export": ["alerts", "export", out / "alerts.csv", *here, "--handling", "red", "--all"],
        "alerts-sign": ["alerts", "sign", out / "alerts.csv", "--key", out / "maker.pem"],
        "package": ["alerts", "package", out / "case.zip", *here, *box],
        "maps-add": ["maps", "add", "someone", folder / "map.toml", *here],
        "maps-remove": ["maps", "remove", "someone", *here],
        "compact": ["lake", "compact", lake],
        "export": ["lake", "export", lake, "scores", out / "scores.parquet"],
        "check": ["lake", "check", lake],
        "repair": ["lake", "repair", lake, "--from", folder / "backup"],
        "backup": ["lake", "backup", lake, folder / "backup"],
        "restore": ["lake", "restore", folder / "backup", out / "lake"],
        "init": ["lake", "init", out / "new"],
        "promote": ["models", "promote", "first", *here, "--from", trial.FIRST, "--override", "made up"],
        "rollback": ["models", "rollback", *here, *made],
        "retire": ["models", "retire", "first", *here, *made],
        "sign": ["models", "sign", folder / "models" / "first", "--key", out / "maker.pem"],
        "compare": ["models", "compare", "default", "first", *judged, "--out", out / "compared.html"],
        "nightly": nightly[0],
        "train": ["train", "--world", world, "--out", folder / "models" / "second"],
        "simulate": ["simulate", out / "world", "--days", 3, "--per-day", 20],
        "evaluate": ["evaluate", *judged, "--out", out / "judged.html"],
        "score": ["score", later, "--out", out / "ranked.parquet", "--quarantine", out / "refused.csv"],
        "columns": ["columns", later, "--save", out / "map.toml"],
        "explain": ["explain", later, "--container", later_box, "--sheet", out / "case.html"],
        "report": ["report", *here, "--out", out / "report.html"],
        "drift": ["drift", *here, "--out", out / "drift.html"],
        "whatif": ["whatif", *here, "--boxes", 3, "--out", out / "boxes.html"],
        "keys": ["keys", out / "maker.pem"],
    }
    return {"backfill": nightly, **{name: [words] for name, words in calls.items()}}


def prepare(folder: Path, *names: str) -> None:
    """Put in place what the commands `names` take in, and call what comes before them."""
    for name in names:
        for first in FIRST_CALLS.get(name, []):
            for words in commands(folder)[first]:
                trial.done(folder / "run", *words)
        for day in ARRIVE.get(name, ()):
            inbox = folder / "inbox" / f"later-{day}.parquet"
            if not inbox.exists():
                trial.arrive(pl.read_parquet(folder / f"later-{day}.parquet"), inbox)
        if name == "repair":
            lost = sorted((folder / "lake" / "consignments").glob("night=*/*.parquet"))[0]
            lost.unlink()
