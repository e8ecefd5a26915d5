from collections import Counter
from collections.abc import Callable
from datetime import date
from hashlib import sha256

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskscore.errors import SettingsError
from riskscore.schema import KEY
from riskscore.selection.capacity import Capacities, Capacity, Shares
from riskscore.selection.slate import slate

Make = Callable[..., pl.DataFrame]
DAY = date(2024, 5, 1)
LANE = {"open": "red", "scan": "red", "documents": "yellow", "audit": "blue", "none": "green"}


def _capacities(boxes: int = 5, scans: int = 3, documents: int = 4, audits: int = 2, **ports: Capacity) -> Capacities:
    return Capacities(Capacity(boxes, scans, documents, audits, Shares(0.6, 0.2, 0.2)), ports)


def _counts(rows: pl.DataFrame, column: str = "action") -> Counter[str]:
    return Counter(rows[column].drop_nulls().to_list())


def test_every_candidate_has_a_row_with_the_documented_columns(candidates: Make) -> None:
    night = candidates(["VNHPH"] * 30 + ["SGSIN", None] * 5)
    rows = slate(night, _capacities(), date=DAY, seed="7f3a")
    assert rows.schema == {
        "bill_of_lading": pl.String, "container_number": pl.String, "port": pl.String, "action": pl.String,
        "lane": pl.String, "share": pl.String, "inclusion": pl.Float64, "explored": pl.Float64, "place": pl.Int64,
        "ticket": pl.String, "seed": pl.String, "published": pl.Boolean,
    }  # fmt: skip
    assert rows.select(*KEY, "port").equals(night.select(*KEY, "port"))
    assert [LANE[action] for action in rows["action"]] == rows["lane"].to_list()
    for _, part in rows.group_by("port"):
        assert sorted(part["place"]) == list(range(1, part.height + 1))
        assert list(dict.fromkeys(part.sort("place")["action"])) == [
            action for action in LANE if action in set(part["action"])
        ]


def test_score_takes_the_highest_and_the_rest_is_ordered_by_probability(candidates: Make) -> None:
    rows = slate(night := candidates(["VNHPH"] * 40), _capacities(), date=DAY).hstack(night.select("probability"))
    assert _counts(rows) == {"open": 5, "scan": 3, "documents": 4, "audit": 2, "none": 26}
    assert _counts(rows, "share") == {"score": 3, "explore": 1, "random": 1}
    by_score = rows.filter(pl.col("share") == "score")
    assert by_score["probability"].min() >= rows.filter(pl.col("share") != "score")["probability"].max()
    assert by_score["inclusion"].to_list() == [1.0] * 3
    assert by_score["explored"].null_count() == 3
    closed = rows.filter(pl.col("action") != "open").sort("place")
    assert closed["probability"].is_sorted(descending=True)
    opened = rows.filter(pl.col("action") == "open").sort("place")
    assert opened["probability"].is_sorted(descending=True)


@pytest.mark.parametrize(
    ("count", "capacity", "actions"),
    [
        (0, Capacity(), {}),
        (1, Capacity(), {"open": 1}),
        (1, Capacity(0, 0, 0, 0), {"none": 1}),
        (7, Capacity(10, 1, 1, 1), {"open": 7}),
        (10, Capacity(10, 1, 1, 1), {"open": 10}),
        (11, Capacity(10, 1, 1, 1), {"open": 10, "scan": 1}),
        (5, Capacity(1, 0, 1, 0), {"open": 1, "documents": 1, "none": 3}),
        (5, Capacity(0, 2, 0, 9), {"scan": 2, "audit": 3}),
        (5, Capacity(5, 0, 0, 0, Shares(0, 1, 0)), {"open": 5}),
        (9, Capacity(4, 0, 0, 0, Shares(0, 0, 1)), {"open": 4, "none": 5}),
        (9, Capacity(4, 0, 0, 0, Shares(1, 0, 0)), {"open": 4, "none": 5}),
    ],
)
def test_few_candidates_and_little_capacity(
    candidates: Make, count: int, capacity: Capacity, actions: dict[str, int]
) -> None:
    rows = slate(candidates(["VNHPH"] * count), Capacities(capacity), date=DAY)
    assert _counts(rows) == actions
    assert rows["inclusion"].sum() == pytest.approx(min(count, capacity.boxes))
    if count <= capacity.boxes:
        assert rows["inclusion"].to_list() == [1.0] * count


@pytest.mark.parametrize(("threshold", "by_score"), [(0.0, 6), (0.25, 6), (0.4, 4), (0.41, 3), (1.0, 0)])
def test_the_score_share_ends_at_the_threshold_and_other_shares_do_not(
    candidates: Make, threshold: float, by_score: int
) -> None:
    night = candidates(["VNHPH"] * 10, probability=[0.7, 0.6, 0.5, 0.4, 0.3, 0.25, 0.2, 0.1, 0.05, 0.01])
    rows = slate(night, Capacities(Capacity(8, 1, 0, 0, Shares(0.75, 0.125, 0.125), threshold)), date=DAY)
    assert _counts(rows, "share") == {
        name: n for name, n in {"score": by_score, "explore": 1, "random": 1}.items() if n
    }
    assert rows.filter(pl.col("share") == "score")["bill_of_lading"].to_list() == [f"BL{n:05}" for n in range(by_score)]
    assert _counts(rows)["scan"] == 1
    assert rows["inclusion"].sum() == pytest.approx(by_score + 2)


def test_equal_probabilities_are_ordered_by_key(candidates: Make) -> None:
    night = candidates(["VNHPH"] * 20, probability=[0.02] * 20).reverse()
    rows = slate(night, Capacities(Capacity(4, shares=Shares(1, 0, 0))), date=DAY)
    opened = rows.filter(pl.col("action") == "open")
    assert sorted(opened["bill_of_lading"]) == [f"BL{row:05}" for row in range(4)]
    assert opened.sort("place")["bill_of_lading"].is_sorted()


def test_a_null_port_is_inspected_like_any_port(candidates: Make) -> None:
    rows = slate(candidates([None] * 12 + ["VNHPH"] * 12), _capacities(), date=DAY)
    assert _counts(rows.filter(pl.col("port").is_null()))["open"] == 5


def test_ports_do_not_affect_each_other(candidates: Make) -> None:
    night = candidates(["VNHPH", "SGSIN", "NLRTM"] * 20)
    capacity = _capacities(VNHPH=Capacity(2), SGSIN=Capacity(0), NLRTM=Capacity(7))
    together = slate(night, capacity, date=DAY, seed="s")
    for port in ("VNHPH", "SGSIN", "NLRTM"):
        alone = slate(night.filter(pl.col("port") == port), capacity, date=DAY, seed="s")
        assert alone.equals(together.filter(pl.col("port") == port))


def test_a_slate_says_whether_its_seed_was_published(candidates: Make) -> None:
    night = candidates(["VNHPH"] * 3)
    assert slate(night, _capacities(), date=DAY, seed="7f3a").select("seed", "published").row(0) == ("7f3a", True)
    assert slate(night, _capacities(), date=DAY).select("seed", "published").row(0) == ("2024-05-01", False)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda night: night.drop("margin", "lane_before"), r"lack 2 columns: margin, lane_before"),
        (lambda night: pl.concat([night, night.head(2)]), r"2 candidates .* repeated; keep the last version"),
        (lambda night: night.with_columns(pl.lit(None, pl.Float64).alias("probability")), r"10 .* BL00000: None"),
        (lambda night: night.with_columns(pl.lit(float("nan")).alias("probability")), r"10 candidates .*: nan"),
        (lambda night: night.with_columns(probability=pl.lit(1.5)), r"10 candidates .* no probability from 0 to 1"),
        (lambda night: night.with_columns(bill_of_lading=pl.lit(None, pl.String)), r"10 candidates .* no bill or no"),
    ],
)
def test_invalid_candidates_are_refused(
    candidates: Make, damage: Callable[[pl.DataFrame], pl.DataFrame], message: str
) -> None:
    with pytest.raises(SettingsError, match=message):
        slate(damage(candidates(["VNHPH"] * 10)), _capacities(), date=DAY)


def test_an_auditor_can_reproduce_the_random_share(candidates: Make) -> None:
    rows = slate(candidates(["VNHPH"] * 60), Capacities(Capacity(20)), date=DAY, seed="draw 41: 03 17 22")
    texts = {
        bill: f"draw 41: 03 17 22|2024-05-01|VNHPH|{bill}|{container}"
        for bill, container in rows.select(KEY).iter_rows()
    }
    by_hand = {bill: sha256(text.encode()).hexdigest() for bill, text in texts.items()}
    assert dict(rows.select("bill_of_lading", "ticket").iter_rows()) == by_hand
    chosen = set(rows.filter(pl.col("share").is_in(["score", "explore"]))["bill_of_lading"])
    rest = sorted((ticket, bill) for bill, ticket in by_hand.items() if bill not in chosen)
    random = rows.filter(pl.col("share") == "random")["bill_of_lading"]
    assert sorted(random) == sorted(bill for _, bill in rest[:2])


def test_an_auditor_can_reproduce_the_exploring_share(candidates: Make) -> None:
    rows = slate(candidates(["VNHPH"] * 60), Capacities(Capacity(20)), date=DAY, seed="7f3a")
    point = int(sha256(b"7f3a|2024-05-01|VNHPH").hexdigest()[:13], 16) / 16**13
    end, drawn = 0.0, []
    for bill, explored, ticket in sorted(
        rows.filter(pl.col("explored").is_not_null()).select("bill_of_lading", "explored", "ticket").iter_rows(),
        key=lambda row: row[2][32:],
    ):
        assert len(ticket) == 64
        end += explored
        if point < end:
            drawn.append(bill)
            point += 1
    assert sorted(drawn) == sorted(rows.filter(pl.col("share") == "explore")["bill_of_lading"])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_capacity_is_respected_and_the_order_of_rows_does_not_matter(candidates: Make, data: st.DataObject) -> None:
    ports = data.draw(st.lists(st.sampled_from(["VNHPH", "SGSIN", None]), max_size=40))
    level = st.floats(0, 1) | st.sampled_from([0.0, 0.01, 1.0])
    night = candidates(ports, probability=data.draw(st.lists(level, min_size=len(ports), max_size=len(ports))))
    parts = data.draw(st.tuples(*[st.integers(0, 5)] * 3).filter(any))
    shares = Shares(*(part / sum(parts) for part in parts))
    limits = Capacity(*(data.draw(st.integers(0, 12)) for _ in range(4)), shares=shares)
    rows = slate(night, Capacities(limits), date=DAY, seed=data.draw(st.sampled_from(["a", "b", "c"])))
    for _, part in rows.group_by("port"):
        counts, room = _counts(part), part.height
        for action, limit in zip(
            LANE, (limits.boxes, limits.scans, limits.documents, limits.audits, room), strict=True
        ):
            assert counts[action] == min(limit, room)
            room -= counts[action]
        assert part["inclusion"].sum() == pytest.approx(counts["open"])
    assert rows["inclusion"].is_between(0, 1).all()
    assert rows.filter(pl.col("inclusion") == 1.0).filter(pl.col("action") != "open").is_empty()
    assert rows["share"].is_not_null().equals(rows["action"] == "open")
    assert rows.select(pl.struct(KEY).n_unique()).item() == rows.height
    shuffled = slate(
        night.sample(fraction=1.0, shuffle=True, seed=1), Capacities(limits), date=DAY, seed=rows["seed"].first() or "a"
    )
    assert shuffled.sort(KEY).equals(rows.sort(KEY))


@pytest.mark.parametrize("times", [600, pytest.param(10_000, marks=pytest.mark.slow)])
def test_over_many_seeds_each_box_is_opened_as_often_as_recorded(candidates: Make, times: int) -> None:
    night = candidates(["VNHPH"] * 14 + ["SGSIN"] * 9, seed=3)
    capacity = Capacities(
        Capacity(5, 1, 1, 1, Shares(0.4, 0.4, 0.2)), {"SGSIN": Capacity(4, shares=Shares(0, 0.5, 0.5))}
    )
    first = slate(night, capacity, date=DAY, seed="0")
    recorded, explored = first["inclusion"].to_numpy(), first["explored"].fill_null(0).to_numpy()
    opened, by_exploring = np.zeros(night.height), np.zeros(night.height)
    for seed in range(times):
        rows = slate(night, capacity, date=DAY, seed=str(seed))
        opened += (rows["action"] == "open").to_numpy()
        by_exploring += (rows["share"] == "explore").fill_null(False).to_numpy()
    for frequency, chance in ((opened / times, recorded), (by_exploring / times, explored)):
        spread = np.sqrt(chance * (1 - chance) / times)
        assert (np.abs(frequency - chance) <= 4.5 * spread).all()
        uncertain = spread > 0
        # 1 on average. It varies slightly more than chi-square, because boxes of one slate displace each other.
        assert (((frequency - chance)[uncertain] / spread[uncertain]) ** 2).mean() < 2
    assert len(np.unique(recorded.round(6))) > 15


def test_half_a_million_candidates_have_distinct_tickets(candidates: Make) -> None:
    night = candidates(["VNHPH", "SGSIN", "NLRTM", None] * 5_000)
    big = pl.concat(
        [night.with_columns(bill_of_lading=pl.format("{}{}", pl.lit(part), "bill_of_lading")) for part in range(25)]
    )
    rows = slate(big, Capacities(), date=DAY, seed="7f3a")
    assert _counts(rows)["open"] == 40
    assert rows["ticket"].n_unique() == rows.height == 500_000


def _named(night: pl.DataFrame, strengths: dict[int, float]) -> pl.DataFrame:
    return night.with_columns(
        intelligence=pl.Series([strengths.get(row) for row in range(night.height)], dtype=pl.Float64)
    )


def test_boxes_named_by_alerts_have_a_separate_share_and_are_certain(candidates: Make) -> None:
    capacity = Capacities(Capacity(10, 1, 1, 1, Shares(0.6, 0.1, 0.1, 0.2)))
    night = candidates(["VNHPH"] * 50, probability=list(np.linspace(0.9, 0.01, 50)))
    rows = slate(_named(night, {0: 0.91, 30: 0.95, 49: 1.0, 48: 0.9}), capacity, date=DAY)
    by_alert = rows.filter(pl.col("share") == "intelligence")
    assert by_alert["bill_of_lading"].to_list() == ["BL00030", "BL00049"]
    assert by_alert["inclusion"].to_list() == [1.0, 1.0]
    assert by_alert["explored"].null_count() == 2
    assert _counts(rows, "share") == {"intelligence": 2, "score": 6, "explore": 1, "random": 1}
    assert rows.filter(pl.col("share") == "score")["bill_of_lading"].to_list() == [f"BL{n:05}" for n in range(6)]
    assert rows["inclusion"].sum() == pytest.approx(10)


def test_boxes_that_alerts_leave_go_to_the_score(candidates: Make) -> None:
    capacity = Capacities(Capacity(10, 1, 1, 1, Shares(0.6, 0.1, 0.1, 0.2)))
    night = candidates(["VNHPH"] * 50)
    assert _counts(slate(_named(night, {40: 1.0}), capacity, date=DAY), "share") == {
        "intelligence": 1, "score": 7, "explore": 1, "random": 1
    }  # fmt: skip
    assert _counts(slate(night, capacity, date=DAY), "share") == {"score": 8, "explore": 1, "random": 1}


def test_without_an_intelligence_share_alerts_change_no_slate(candidates: Make) -> None:
    night = candidates(["VNHPH"] * 40)
    assert slate(_named(night, {39: 1.0}), _capacities(), date=DAY).equals(slate(night, _capacities(), date=DAY))


@settings(max_examples=60, deadline=None)
@given(
    boxes=st.integers(0, 15),
    count=st.integers(0, 20),
    part=st.floats(0, 1),
    places=st.sets(st.integers(0, 19), max_size=8),
)
def test_chances_add_up_whatever_alerts_name(
    candidates: Make, boxes: int, count: int, part: float, places: set[int]
) -> None:
    shares = Shares(0.8 * (1 - part), 0.1 * (1 - part), 0.1 * (1 - part), part)
    night = _named(candidates(["VNHPH"] * count), dict.fromkeys(places, 1.0))
    rows = slate(night, Capacities(Capacity(boxes, 1, 1, 1, shares)), date=DAY)
    opened = rows.filter(pl.col("action") == "open")
    assert opened.height == min(boxes, count)
    assert rows["inclusion"].sum() == pytest.approx(opened.height)
    by_alert = opened.filter(pl.col("share") == "intelligence").height
    assert by_alert == min(shares.reserved(boxes), len([place for place in places if place < count]))
