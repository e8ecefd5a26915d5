"""The slates of a lake: drawn once a night from its scores, changed by officers, and read as they are in force.

    scores of the night ─▶ draw ─▶ slates: a row `selected` for every candidate, opened or not
                           change ─▶       a row `added` or `struck` for every change, with its reason
                           in_force ◀──────  all of them, in their order

Every row is the next event of its night, and its commit carries that number as a transaction. Of two that write at
once, one finds its number taken, looks at what the other did, and judges anew: a slate is drawn once, never passes its
capacity, and no change is lost.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl

from riskscore import schema
from riskscore.casework import watch_lists
from riskscore.cells.values import code
from riskscore.errors import LakeError, SettingsError
from riskscore.lake.protocol import Lake
from riskscore.lake.tables import NIGHT, RUN
from riskscore.schema import KEY
from riskscore.selection import changes
from riskscore.selection.capacity import Capacities, Capacity
from riskscore.selection.slate import NEEDED, slate

SELECTED = "selected"
"""The event of a row that the draw wrote."""

_DRAWN = (*KEY, "port", "action", "share", "inclusion", "explored", "place", "ticket", "boxes", "probability")
"""What is compared when a night is drawn again."""

_TURNS = 50
"""Times that a change is judged anew because somebody else was faster."""


def draw(
    lake: Lake,
    night: date,
    capacities: Capacities,
    seed: str | None = None,
    run: int | None = None,
    at: datetime | None = None,
) -> pl.DataFrame:
    """Draw the slates of all ports from the scores of `night`, write them to the lake, and return what is there.

    One row for each candidate, opened or not: the columns of the table `slates`, event `selected`. `boxes` is the
    port's capacity. Of a consignment that the night scored twice the last score counts. Boxes that the night's matches
    with alerts name go to the share `intelligence`, where the capacity has one. `run` is the nightly run that draws,
    None by hand, and `at` the moment of the draw, by default now. What this run has drawn is returned as it is, so that
    a run may be repeated; a run of a night without consignments draws empty slates. Where somebody else has drawn the
    night, the same slates are left as they are. Raises SettingsError where the slates would be others, where a hand
    draws from nothing, and as `selection.slate` does.
    """
    there = _selected(lake, night)
    if run is not None and there.height and there[RUN].eq(run).all():
        return there
    candidates = _candidates(lake, night).join(
        watch_lists.named(lake, night), on=KEY, how="left", maintain_order="left"
    )
    if run is None and candidates.is_empty():
        raise SettingsError(f"the lake has no scores of {night}, so there is nothing to select from")
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
    there = _selected(lake, night)
    _same(there, rows, night)
    return there


def drawn(lake: Lake, night: date) -> bool:
    """Whether the slates of `night` are drawn, be it from no candidates at all."""
    return lake.done("slates", 1, step=_step(night))


def in_force(lake: Lake, night: date) -> pl.DataFrame:
    """The slates of `night` as they stand, with every change: a row for each candidate.

    The columns of the table `slates`, with action, lane, share, inclusion and place as they are now, and
    `change` (added, struck, or null) and `reason` of the last change. `chance` is the draw's probability of
    being opened, which no officer changes. Empty where nothing was drawn.
    """
    return standing(_events(lake, night))


def of_nights(lake: Lake, period: tuple[date, date] | None = None) -> pl.DataFrame:
    """Every candidate of the nights of `period`, or of all, a row a night, as the slates in force have it."""
    columns = [*KEY, "port", "event", "action", "share", "inclusion", "explored", "place", "published", "boxes"]
    events = lake.read("slates", nights=period, columns=[*columns, "lane", "reason", "at", NIGHT]).collect()
    empty = standing(events.clear())
    return pl.concat([empty, *(standing(part) for part in events.partition_by(NIGHT))])


def standing(events: pl.DataFrame) -> pl.DataFrame:
    """`in_force`, of the rows of the table `slates` of one night."""
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

    `at` is its moment, now by default, or just after the last change where a clock lags behind. Raises
    SettingsError where the night has no slates, and as `changes.in_force` does where the change cannot be made.
    """
    bill, container = named(bill, container)
    for _ in range(_TURNS):
        events = _events(lake, night)
        if events.is_empty():
            raise SettingsError(f"no slate is drawn for {night}; see `riskscore slate show` for another --date")
        before = events.filter(pl.col("event") != SELECTED)
        told = {"event": event, "reason": " ".join(reason.split()), "at": _after(events, at), NIGHT: night, RUN: None}
        row = _row(events, {**dict(zip(KEY, (bill, container), strict=True)), **told})
        now = standing(pl.concat([events, row], how="diagonal"))
        if lake.append("slates", row, run=2 + before.height, step=_step(night)):
            return now
    raise LakeError(f"the slates of {night} were changed by others {_TURNS} times meanwhile; try again")


def named(bill: str, container: str) -> tuple[str, str]:
    """Bill and container as manifests have them: without blanks around them, the container in its usual form."""
    number = code("container_number", pl.Series([container.strip()])).item()
    if not bill.strip() or not number:
        raise SettingsError(f"bill {bill!r}, container {container!r}: name both")
    return bill.strip(), number


def _after(events: pl.DataFrame, at: datetime | None) -> datetime:
    """`at`, or now, but later than all of `events`."""
    moment, last = at or datetime.now(UTC), events["at"].max()
    return max(moment, last + timedelta(microseconds=1)) if isinstance(last, datetime) else moment


def _row(events: pl.DataFrame, told: dict[str, object]) -> pl.DataFrame:
    """One row for the table `slates`, at the port of its consignment."""
    known = events.filter(pl.all_horizontal(pl.col(name) == told[name] for name in KEY))
    return pl.DataFrame(
        [{**told, "port": known["port"].first() if known.height else None}],
        schema={name: events.schema[name] for name in ("port", *told)},
    )


def _candidates(lake: Lake, night: date) -> pl.DataFrame:
    """NEEDED of every consignment that `night` scored, the last score of each, in the order of their keys."""
    scored = lake.read("scores", nights=(night, night), columns=[*NEEDED, RUN, "scored_at"]).collect()
    return scored.sort(*KEY, RUN, "scored_at").unique(KEY, keep="last", maintain_order=True).select(NEEDED)


def _events(lake: Lake, night: date) -> pl.DataFrame:
    return lake.read("slates", nights=(night, night)).collect()


def _selected(lake: Lake, night: date) -> pl.DataFrame:
    return _events(lake, night).filter(pl.col("event") == SELECTED)


def _same(there: pl.DataFrame, rows: pl.DataFrame, night: date) -> None:
    """Raise SettingsError where the slates in the lake differ from those that would be drawn now."""
    old, new = (frame.select(_DRAWN).sort(KEY) for frame in (there, rows))
    if old.equals(new):
        return
    told = f"{there.height:,} candidates, seed {there['seed'].first()!r}"
    if old.select(KEY).equals(new.select(KEY)):
        kind = "another seed" if old["ticket"].to_list() != new["ticket"].to_list() else "another capacity or scores"
    else:
        kind = f"other candidates ({new.height:,})"
    raise SettingsError(
        f"the slates of {night} are drawn ({told}), and would come out differently from {kind}; a slate is drawn once. "
        "Change it with `riskscore slate add` or `riskscore slate strike`"
    )


def _limits(rows: pl.DataFrame) -> Capacities:
    """What the ports could open, as the draw wrote it down."""
    boxes = dict(rows.select("port", "boxes").unique().iter_rows())
    default = Capacity(boxes=boxes.pop(None, 0))
    return Capacities(default, {port: Capacity(boxes=count) for port, count in boxes.items()})


def _step(night: date) -> str:
    """Transaction that numbers the events of a night: 1 is the draw, then one for each change."""
    return f"slate {night}"
