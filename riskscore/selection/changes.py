"""Changes: officers add a box to a slate or strike one, with a reason, and the slate says so ever after.

    slate + events in the order of their time ─▶ the slate in force

    struck   the box leaves and nothing takes its place: a replacement would be chosen by nobody's rule. Its `share` and
             `inclusion` stay, because it was drawn; to the estimate it is a draw whose answer is missing
    added    the box joins by share `officer` with inclusion 1: given that somebody asked for it, it is certain. It
             speaks for itself alone and for no closed box (estimate.py)

A struck box that is added again comes back as what it was. Boxes that are opened never exceed the port's capacity.
"""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass

import polars as pl

from riskscore import schema
from riskscore.errors import SettingsError
from riskscore.schema import KEY
from riskscore.selection.capacity import Capacities
from riskscore.selection.slate import ACTIONS, LANES

EVENTS: dict[str, pl.DataType | type[pl.DataType]] = {
    "bill_of_lading": pl.String,
    "container_number": pl.String,
    "event": pl.String,
    "reason": pl.String,
    "at": schema.UTC,
}
"""What an event is: `event` is one of KINDS, `at` its moment. Further columns, such as who did it, are left alone."""

KINDS = ("added", "struck")

_CHANGED = {"action": pl.String, "share": pl.String, "inclusion": pl.Float64, "change": pl.String, "reason": pl.String}


@dataclass(slots=True)
class _Box:
    """Where a consignment that somebody touched stands."""

    port: str | None
    action: str
    share: str | None
    inclusion: float
    change: str | None = None
    reason: str | None = None


def in_force(slate: pl.DataFrame, events: pl.DataFrame, capacity: Capacities, *, date: datetime.date) -> pl.DataFrame:
    """Apply `events` (EVENTS) to the `slate` of `date`, by `at` and then as they stand; its rows keep their order.

    Returns the slate's columns, with action, lane, share, inclusion and place as they are now, and `change` (added,
    struck, or null where nobody touched it) and `reason` of the last event.
    Raises SettingsError where an event names a consignment that was no candidate, adds one that is opened already or
    that passes the port's boxes, strikes one that is not opened, or gives no reason.
    """
    boxes = _touched(slate, events)
    opened = Counter(slate.filter(pl.col("action") == "open")["port"].to_list())
    for event in events.sort("at", maintain_order=True).iter_rows(named=True):
        name = f"bill {event['bill_of_lading']}, container {event['container_number']}"
        box = boxes.get((event["bill_of_lading"], event["container_number"]))
        if box is None:
            raise SettingsError(f"{name} was no candidate on {date}; see `riskscore slate` for those that were")
        if not (event["reason"] or "").strip():
            raise SettingsError(f"{name} is {event['event']} without a reason; give one, it is kept with the slate")
        slate_of = f"the slate of {box.port or 'no port'} on {date}"
        if event["event"] == "added":
            limit = capacity.on(box.port, date).boxes
            if box.action != "open" and opened[box.port] >= limit:
                raise SettingsError(
                    f"{slate_of} is full: {opened[box.port]} boxes of {limit}; strike one to add {name}"
                )
            _add(box, name, slate_of)
            opened[box.port] += 1
        elif event["event"] == "struck":
            _strike(box, name, slate_of)
            opened[box.port] -= 1
        else:
            raise SettingsError(f"{name}: unknown event {event['event']!r}; there are {', '.join(KINDS)}")
        box.change, box.reason = event["event"], event["reason"]
    return _with(slate, boxes)


def _add(box: _Box, name: str, slate_of: str) -> None:
    if box.action == "open":
        raise SettingsError(f"{name} is on {slate_of} already, by its share {box.share}; leave it there")
    if box.share is None:
        box.share, box.inclusion = "officer", 1.0
    box.action = "open"


def _strike(box: _Box, name: str, slate_of: str) -> None:
    if box.action != "open":
        raise SettingsError(f"{name} is not opened by {slate_of}; only an opened box can be struck")
    box.action = "none"


def _touched(slate: pl.DataFrame, events: pl.DataFrame) -> dict[tuple[str, str], _Box]:
    rows = slate.join(events.select(KEY).unique(), on=KEY, how="semi")
    return {
        (bill, container): _Box(*rest)
        for bill, container, *rest in rows.select(*KEY, "port", "action", "share", "inclusion").iter_rows()
    }


def _with(slate: pl.DataFrame, boxes: dict[tuple[str, str], _Box]) -> pl.DataFrame:
    """`slate` with `boxes` as they stand now, and the places that follow from it."""
    now = pl.DataFrame(
        [(*key, *(getattr(box, name) for name in _CHANGED)) for key, box in boxes.items()],
        schema={**dict.fromkeys(KEY, pl.String), **_CHANGED},
        orient="row",
    )
    joined = slate.join(now, on=KEY, how="left", maintain_order="left", suffix="_now")
    changed = pl.col("change").is_not_null()
    settled = joined.with_columns(
        pl.when(changed).then(f"{name}_now").otherwise(name).alias(name) for name in ("action", "share", "inclusion")
    )
    lane = pl.col("action").replace_strict(ACTIONS, LANES, return_dtype=pl.String)
    # Of int64 before it is multiplied: a count is unsigned and of 32 bits.
    number = pl.col("action").replace_strict(ACTIONS, range(len(ACTIONS)), return_dtype=pl.Int64)
    turn = number * pl.len().cast(pl.Int64) + pl.col("place")
    place = turn.rank("ordinal").over("port").cast(pl.Int64)
    return settled.with_columns(lane.alias("lane"), place.alias("place")).select(*slate.columns, "change", "reason")
