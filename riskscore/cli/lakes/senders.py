"""`riskscore report --senders`: what a lake knows about those who send manifests."""

from __future__ import annotations

from pathlib import Path

from riskscore.progress import step
from riskscore.views import console


def show(lake: str, nights: int, settings: Path | None, *, json: bool) -> None:
    """Print how well each sender has filled in the files of the last `nights` nights with files."""
    from riskscore.lake.open import open_lake
    from riskscore.monitoring import senders as quality
    from riskscore.monitoring import sentences
    from riskscore.monitoring.thresholds import Thresholds
    from riskscore.settings import find_settings
    from riskscore.views import senders as view

    opened = open_lake(lake, find_settings(settings))
    limits = Thresholds.of(opened.settings.drift)
    with console.progress():
        step("reading the quality of files")
        first, last = quality.period(opened, nights)
        shares = quality.shares(opened, first, last, limits)
        step("comparing senders with their past")
        changes = [sentences.sender(move) for move in quality.risen(opened, first, last, limits).iter_rows(named=True)]
    record = view.record(shares, first, last, changes)
    if json:
        console.emit(record)
        return
    screen = console.stdout()
    period = f"Night of {first}" if first == last else f"Nights from {first} to {last}"
    screen.print(f"{period}. The usual share is that of the same sender, on up to {limits.nights} nights before.")
    for sentence in changes:
        screen.print(console.hanging("-", console.plain(sentence)))
    table = console.table("sender", "files", "rows", "refused", "doubtful", "missing")
    for row in view.rows(record):
        table.add_row(*map(console.plain, row.values()))
    screen.print(table)
