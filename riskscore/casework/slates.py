"""The slates of a lake: drawn once per night from its scores, changed by officers, and read with all changes.

A slate is the list of boxes chosen for inspection at one port on one day.

    scores of the night ─▶ draw ─▶ slates: a row `selected` for every candidate, opened or not
                           change ─▶       a row `added` or `struck` for every change, with its reason
                           in_force ◀───── all of them, in order

Each draw or change is the next numbered event of its night, and its commit has that number as a transaction. If two
processes write at once, one finds its number used, reads the other's event, and checks its own again. So a slate is
drawn once, never exceeds its capacity, and no change is lost.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl

from riskscore import schema
from riskscore.casework import watch_lists
from riskscore.cells.codes import code
from riskscore.errors import LakeError, SettingsError
from riskscore.lake import turns
from riskscore.lake.protocol import Lake
from riskscore.lake.tables import NIGHT, RUN
from riskscore.schema import KEY
from riskscore.selection import changes
from riskscore.selection.capacity import Capacities, Capacity
from riskscore.selection.slate import NEEDED, slate

SELECTED = "selected"
"""The event of the rows that the draw wrote."""

_DRAWN = (*KEY, "port", "action", "share", "inclusion", "explored", "place", "ticket", "boxes", "probability")
"""Columns that are compared when a night is drawn again."""

_TURNS = 50
"""How often a change is tried again because another one came first."""


def draw(
    lake: Lake,
    night: date,
    capacities: Capacities,
    seed: str | None = None,
    run: int | None = None,
    at: datetime | None = None,
    *,
    reopened: bool = False,
) -> pl.DataFrame:
    """Draw the slates of all ports from the scores of `night`, write them to the lake, and return them.

    Returns one row per candidate, opened or not: the columns of the table `slates`, with event `selected`. `boxes` is
    the capacity of the port. If the night scored a consignment twice, the last score counts. Boxes that alerts name go
    to the share `intelligence`, if the capacity has one.

    `run` is the nightly run that draws, None for a draw by hand; `at` is the moment of the draw, now by default. What
    this run has drawn already is returned unchanged, so a run may be repeated. A run without consignments draws empty
    slates. If the night is drawn already, the same slates are left as they are. So are those that an earlier run drew
    before the night was `reopened`: nothing is drawn twice. Raises SettingsError if the slates would differ or a draw
    by hand has no scores, and what `selection.slate` raises.
    """
    present = _selected(lake, night)
    if run is not None and ((present.height and present[RUN].eq(run).all()) or (reopened and drawn(lake, night))):
        return present
    candidates = _candidates(lake, night).join(
        watch_lists.named_boxes(lake, night), on=KEY, how="left", maintain_order="left"
    )
    if run is None and candidates.is_empty():
        raise SettingsError(f"the lake has no scores for {night}, so no slate can be drawn")
    rows = slate(candidates, capacities, date=night, seed=seed)
    ports = {port: capacities.on(port, night).boxes for port in rows["port"].unique().to_list()}
    rows = rows.hstack(candidates.select("probability")).with_columns(
        pl.col("port")
        .replace_strict(list(ports), list(ports.values()), return_dtype=pl.Int64, default=None)
        .alias("boxes"),
        pl.lit(SELECTED).alias("event"),
        pl.lit(at or datetime.now(UTC), schema.UTC).alias("at"),
        pl.lit(run, pl.Int64).alias(RUN),
    )
    lake.append("slates", rows, run=1, night=night, step=_step(night))
    present = _selected(lake, night)
    _check_same(present, rows, night)
    return present


def drawn(lake: Lake, night: date) -> bool:
    """Whether the slates of `night` are drawn, even if there were no candidates."""
    return lake.done("slates", 1, step=_step(night))


def in_force(lake: Lake, night: date) -> pl.DataFrame:
    """Return the slates of `night` with every change applied: one row per candidate.

    These are the columns of the table `slates`, with action, lane, share, inclusion and place after all changes, and
    the `change` (added, struck or null) and `reason` of the last one. `chance` is the probability of being opened in
    the draw, which no change affects. Empty if nothing was drawn.
    """
    return apply_changes(_events(lake, night))


def of_nights(lake: Lake, period: tuple[date, date] | None = None) -> pl.DataFrame:
    """Return the slates in force of all nights of `period` (first, last), by default of all: a row per candidate.

    The columns are those of `in_force`, without probability, ticket, seed and run.
    """
    columns = [*KEY, "port", "event", "action", "share", "inclusion", "explored", "place", "published", "boxes"]
    events = lake.read("slates", nights=period, columns=[*columns, "lane", "reason", "at", NIGHT]).collect()
    empty = apply_changes(events.clear())
    return pl.concat([empty, *(apply_changes(part) for part in events.partition_by(NIGHT))])


def apply_changes(events: pl.DataFrame) -> pl.DataFrame:
    """Return the slates of one night as `in_force` does, from its rows of the table `slates`."""
    rows = events.filter(pl.col("event") == SELECTED).with_columns(pl.col("inclusion").alias("chance"))
    rows = rows.drop("reason")
    changed = events.filter(pl.col("event") != SELECTED)
    if changed.is_empty():
        empty = pl.lit(None, pl.String)
        return rows.with_columns(empty.alias("change"), empty.alias("reason"))
    return changes.in_force(rows, changed.select(*changes.EVENTS), _limits(rows), date=rows[NIGHT][0])


def change(
    lake: Lake, night: date, *, bill: str, container: str, event: str, reason: str, at: datetime | None = None
) -> pl.DataFrame:
    """Add a candidate to the slate of its port, or strike one from it (`event`: added, struck); return the slates.

    `at` is the moment of the change, now by default. If a clock is slow, it becomes the moment just after the last
    change. Raises SettingsError if the night has no slates or the change cannot be made (see `changes.in_force`).
    """
    bill, container = clean_key(bill, container)
    for _ in range(_TURNS):
        events = _events(lake, night)
        if events.is_empty():
            raise SettingsError(f"no slate is drawn for {night}; look for another --date with `riskscore slate show`")
        before = events.filter(pl.col("event") != SELECTED)
        moment = turns.after(events["at"].max(), at or datetime.now(UTC))
        details = {"event": event, "reason": " ".join(reason.split()), "at": moment, NIGHT: night}
        row = _row(events, {**dict(zip(KEY, (bill, container), strict=True)), **details, RUN: None})
        now = apply_changes(pl.concat([events, row], how="diagonal"))
        if lake.append("slates", row, run=2 + before.height, step=_step(night)):
            return now
    raise LakeError(f"others changed the slates of {night} {_TURNS} times in the meantime; try again")


def clean_key(bill: str, container: str) -> tuple[str, str]:
    """Return bill and container as manifests have them: without surrounding blanks, the container in its usual form.

    Raises SettingsError if either is empty.
    """
    number = code("container_number", pl.Series([container.strip()])).item()
    if not bill.strip() or not number:
        raise SettingsError(f"bill {bill!r}, container {container!r}: both are needed")
    return bill.strip(), number


def _row(events: pl.DataFrame, values: dict[str, object]) -> pl.DataFrame:
    """Return one row for the table `slates`, at the port of its consignment."""
    same_box = changes.same_box(events, *(str(values[name]) for name in KEY))
    return pl.DataFrame(
        [{**values, "port": same_box["port"].first() if same_box.height else None}],
        schema={name: events.schema[name] for name in ("port", *values)},
    )


def _candidates(lake: Lake, night: date) -> pl.DataFrame:
    """Return NEEDED of every consignment that `night` scored, from its last score, sorted by key."""
    scored = lake.read("scores", nights=(night, night), columns=[*NEEDED, RUN, "scored_at"]).collect()
    return scored.sort(*KEY, RUN, "scored_at").unique(KEY, keep="last", maintain_order=True).select(NEEDED)


def _events(lake: Lake, night: date) -> pl.DataFrame:
    return lake.read("slates", nights=(night, night)).collect()


def _selected(lake: Lake, night: date) -> pl.DataFrame:
    return _events(lake, night).filter(pl.col("event") == SELECTED)


def _check_same(present: pl.DataFrame, rows: pl.DataFrame, night: date) -> None:
    """Raise SettingsError if the slates in the lake differ from those that would be drawn now."""
    old, new = (frame.select(_DRAWN).sort(KEY) for frame in (present, rows))
    if old.equals(new):
        return
    drawn_from = f"{present.height:,} candidates, seed {present['seed'].first()!r}"
    if old.select(KEY).equals(new.select(KEY)):
        kind = "another seed" if old["ticket"].to_list() != new["ticket"].to_list() else "another capacity or scores"
    else:
        kind = f"other candidates ({new.height:,})"
    raise SettingsError(
        f"the slates of {night} are drawn already ({drawn_from}) and would differ with {kind}; a slate is drawn once. "
        "Change it with `riskscore slate add` or `riskscore slate strike`"
    )


def _limits(rows: pl.DataFrame) -> Capacities:
    """Return the capacities of the ports, as the draw recorded them."""
    boxes = dict(rows.select("port", "boxes").unique().iter_rows())
    default = Capacity(boxes=boxes.pop(None, 0))
    return Capacities(default, {port: Capacity(boxes=count) for port, count in boxes.items()})


def _step(night: date) -> str:
    """Return the transaction that numbers the events of a night: 1 is the draw, each change the next number."""
    return f"slate {night}"
