"""Changes: an officer adds a box to a slate or strikes one, with a reason that is kept with the slate.

    slate + events in order of time ─▶ the slate in force

    struck   the box is not opened and no other replaces it, because no rule would choose the replacement. Its `share`
             and `inclusion` stay, because it was drawn. For the estimate it is a draw without an outcome
    added    the box is opened by share `officer` with inclusion 1, because an officer's request is certain. It
             represents no closed box (estimate.py)

A struck box that is added again gets its old share back. The opened boxes never exceed the port's capacity.
"""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass

import polars as pl

from riskscore import schema
from riskscore.errors import SettingsError
from riskscore.manifest import consolidations
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
"""Columns of an event: `event` is one of KINDS, `at` its time. Other columns, such as who did it, are ignored."""

KINDS = ("added", "struck")
"""What an officer can do with a box."""

_BILL_OF_BOX = "_bill_of_box"
_OF_BOX = consolidations.box_bill(pl.col("bill_of_lading")).alias(_BILL_OF_BOX)
_SAME_BOX = (_BILL_OF_BOX, "container_number")
"""Columns that are equal for the house bills of one container, which is opened once."""

_CHANGED = {"action": pl.String, "share": pl.String, "inclusion": pl.Float64, "change": pl.String, "reason": pl.String}


@dataclass(slots=True)
class _Box:
    """Current state of a consignment that an event names."""

    port: str | None
    action: str
    share: str | None
    inclusion: float
    change: str | None = None
    reason: str | None = None


def in_force(slate: pl.DataFrame, events: pl.DataFrame, capacity: Capacities, *, date: datetime.date) -> pl.DataFrame:
    """Apply `events` (EVENTS) to the `slate` of `date`, by `at` and then in the given order; rows keep their order.

    Returns the slate's columns, with action, lane, share, inclusion and place as changed, and `change` (added, struck,
    or null without an event) and `reason` of the last event.

    Raises SettingsError if an event names a consignment that was not a candidate, adds one that is already to be opened
    or that exceeds the port's capacity, strikes one that is not to be opened, or gives no reason.
    """
    slate, events = slate.with_columns(_OF_BOX), events.with_columns(_OF_BOX)
    boxes = _named_boxes(slate, events)
    opened = Counter(opened_boxes(slate)["port"].to_list())
    for event in events.sort("at", maintain_order=True).iter_rows(named=True):
        name = f"bill {event['bill_of_lading']}, container {event['container_number']}"
        box = boxes.get((event[_BILL_OF_BOX], event["container_number"]))
        if box is None:
            raise SettingsError(f"{name} was not a candidate on {date}; check bill, container and date")
        if not (event["reason"] or "").strip():
            raise SettingsError(f"{name} is {event['event']} without a reason; give one, which is kept with the slate")
        slate_of = f"the slate of {box.port or 'no port'} on {date}"
        if event["event"] == "added":
            limit = capacity.on(box.port, date).boxes
            if box.action != "open" and opened[box.port] >= limit:
                raise SettingsError(
                    f"{slate_of} is full: {opened[box.port]} boxes of {limit}; strike a box to add {name}"
                )
            _add(box, name, slate_of)
            opened[box.port] += 1
        elif event["event"] == "struck":
            _strike(box, name, slate_of)
            opened[box.port] -= 1
        else:
            raise SettingsError(f"{name}: unknown event {event['event']!r}; use {' or '.join(KINDS)}")
        box.change, box.reason = event["event"], event["reason"]
    return _apply(slate, boxes)


def opened_boxes(slate: pl.DataFrame) -> pl.DataFrame:
    """The rows of `slate` that are opened, one for each box: house bills that share a container are one box."""
    is_open = pl.col("action") == "open"
    return slate.filter(is_open).unique([_OF_BOX, pl.col("container_number")], keep="first", maintain_order=True)


def same_box(rows: pl.DataFrame, bill: str, container: str) -> pl.DataFrame:
    """The rows of the box that `bill` (a master bill, or "master / house") and `container` name, that bill first."""
    named = pl.lit(bill)
    found = rows.filter(consolidations.box_bill(named) == _OF_BOX, pl.col("container_number") == container)
    return found.sort(pl.col("bill_of_lading") != named, maintain_order=True)


def _add(box: _Box, name: str, slate_of: str) -> None:
    if box.action == "open":
        raise SettingsError(f"{name} is on {slate_of} already, in the share {box.share}; no change is needed")
    if box.share is None:
        box.share, box.inclusion = "officer", 1.0
    box.action = "open"


def _strike(box: _Box, name: str, slate_of: str) -> None:
    if box.action != "open":
        raise SettingsError(f"{name} is not chosen for opening on {slate_of}; only a chosen box can be struck")
    box.action = "none"


def _named_boxes(slate: pl.DataFrame, events: pl.DataFrame) -> dict[tuple[str, str], _Box]:
    """The boxes that `events` name, by key."""
    named = slate.join(events.select(KEY).unique(), on=KEY, how="semi").select(_SAME_BOX).unique()
    rows = slate.join(named, on=_SAME_BOX, how="semi")
    return {
        (bill, container): _Box(*rest)
        for bill, container, *rest in rows.select(*_SAME_BOX, "port", "action", "share", "inclusion").iter_rows()
    }


def _apply(slate: pl.DataFrame, boxes: dict[tuple[str, str], _Box]) -> pl.DataFrame:
    """`slate` with the current state of `boxes` and the resulting places."""
    now = pl.DataFrame(
        [(*key, *(getattr(box, name) for name in _CHANGED)) for key, box in boxes.items()],
        schema={**dict.fromkeys(_SAME_BOX, pl.String), **_CHANGED},
        orient="row",
    )
    joined = slate.join(now, on=_SAME_BOX, how="left", maintain_order="left", suffix="_now")
    changed = pl.col("change").is_not_null()
    current = joined.with_columns(
        pl.when(changed).then(f"{name}_now").otherwise(name).alias(name) for name in ("action", "share", "inclusion")
    )
    lane = pl.col("action").replace_strict(ACTIONS, LANES, return_dtype=pl.String)
    # Cast to Int64 before multiplying, because a count is an unsigned 32-bit number.
    number = pl.col("action").replace_strict(ACTIONS, range(len(ACTIONS)), return_dtype=pl.Int64)
    turn = number * pl.len().cast(pl.Int64) + pl.col("place")
    place = turn.rank("ordinal").over("port").cast(pl.Int64)
    columns = [name for name in slate.columns if name != _BILL_OF_BOX]
    return current.with_columns(lane.alias("lane"), place.alias("place")).select(*columns, "change", "reason")
