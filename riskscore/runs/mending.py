"""Check and repair a whole lake: its files, then what its tables say of each other."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from riskscore.lake import backup, check, repair
from riskscore.lake.check import Finding
from riskscore.lake.delta import DeltaLake
from riskscore.lake.repair import Mended
from riskscore.runs import audit

LEDGER = "ledger"


@dataclass(frozen=True, slots=True)
class Repaired:
    """What a repair did; `aside` is the folder with the damaged files and the report, None if there was no damage."""

    mended: Sequence[Mended]
    aside: Path | None

    @property
    def refused(self) -> list[Mended]:
        """What could not be mended."""
        return [each for each in self.mended if not each.done]


def look(lake: DeltaLake, *, quick: bool = False) -> list[Finding]:
    """Return everything that is wrong with a lake; with `quick`, without checksums and without the ledger."""
    found = check.files(lake, quick=quick)
    return found + audit.audit(lake, quick=quick) if check.can_be_opened(lake) else found


def mend(lake: DeltaLake, source: Path | None = None) -> Repaired:
    """Repair a lake in a folder, from the backups in `source` where it has what is damaged.

    Raises LakeError for a lake at an address, or if `source` is no backup; OSError if the disk refuses.
    """
    work = repair.of(lake, None if source is None else backup.finder(source))
    mended = work.files()
    ledger = [each for each in mended if each.finding.table == LEDGER and (each.lost or not each.done)]
    if ledger:
        work.renew(LEDGER)
        audit.rebuild_ledger(lake)
        made = [Mended(each.finding, "made again from everything in the lake") for each in ledger]
        mended = [each for each in mended if each not in ledger] + made
    if check.can_be_opened(lake):
        audit.note(lake, mended)
        mended += audit.mend(lake, audit.audit(lake))
    if not mended:
        return Repaired(mended, None)
    work.aside.mkdir(parents=True, exist_ok=True)
    report = [asdict(each) for each in mended]
    (work.aside / "report.json").write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    return Repaired(mended, work.aside)
