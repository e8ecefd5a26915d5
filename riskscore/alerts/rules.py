"""Check alerts: rows in = accepted + quarantined. A refused row is kept with the rule that it broke.

texts in the columns of ALERT ─▶ cleaned ─▶ kind ─▶ rules ─▶ alerts
                                                    └─▶ faults (row, rule, column, value)
"""

from __future__ import annotations

import polars as pl

from riskscore.alerts.schema import ALERT, DEFAULT_HANDLING, GRADES, HANDLINGS, KINDS, STATUSES, UNGRADED, id_of
from riskscore.cells import texts
from riskscore.cells.codes import code
from riskscore.cells.moments import dates
from riskscore.cells.values import FAULTS

LONGEST = 500
"""Most characters of a name or an address; a longer one is refused. A list entry is cut."""

LONGEST_REASON = 2000
"""Characters of the reason that are kept."""

MOST_LISTED = 100
"""Most aliases or goods of one alert."""

LISTS = ("aliases", "goods")
_DAYS = ("valid_from", "valid_until")
_TEXTS = tuple(name for name, dtype in ALERT.items() if dtype == pl.String)
_WORDS = {
    "white": "clear",
    "amber strict": "amber+strict",
    "amber_strict": "amber+strict",
    "amberstrict": "amber+strict",
}
_IDENTITY = ("provider", "kind", "name", "address", "container_number", "vessel_imo", "origin", "destination", "goods")
_STIX = r"^indicator--[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
_MADE_HARMLESS = r"^'(\s*[=+\-@|].*)$"
"""A formula with an apostrophe before it, as `export` writes it to CSV."""


def accept(raw: pl.DataFrame, provider: str | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split `raw` rows of texts into alerts (ALERT) and faults (values.FAULTS).

    A list is a list, or a text separated by ; or |. `provider` fills empty cells of its column. `updated_at` is null
    where no value is given. Accepted rows keep their order.
    """
    faults: list[pl.DataFrame] = []
    rows = _cleaned(raw, faults)
    default, _ = texts.clean(pl.Series([provider], dtype=pl.String), LONGEST)
    rows = rows.with_columns(pl.col("provider").fill_null(pl.lit(default[0], pl.String)))
    rows = _normalised(rows)
    for column in _DAYS:
        rows = rows.with_columns(_moments(rows[column], column, faults).dt.date())
    rows = rows.with_columns(_moments(rows["updated_at"], "updated_at", faults))
    for column, rule, broken in _rules():
        hit = rows.select(broken.fill_null(False).alias("x")).to_series().arg_true()
        if hit.len():
            shown = texts.as_text(rows[column]).gather(hit)
            faults.append(_fault(hit, rule, column, shown))
    every = pl.concat([pl.DataFrame(schema=FAULTS), *faults])
    good = rows.with_row_index("row").filter(~pl.col("row").is_in(every["row"].unique().implode())).drop("row")
    return _with_ids(good).select(list(ALERT)), every


def _cleaned(raw: pl.DataFrame, faults: list[pl.DataFrame]) -> pl.DataFrame:
    """All columns of ALERT, as texts on one line without control characters, or lists of such texts."""
    columns = {}
    for name in ALERT:
        values = raw[name] if name in raw.columns else pl.repeat(None, raw.height, dtype=pl.String, eager=True)
        if name in LISTS:
            columns[name] = _listed(name, values, faults)
            continue
        plain, _ = texts.clean(texts.as_text(values), None)
        plain = plain.str.replace(_MADE_HARMLESS, "$1").alias(name)
        if name == "reason":
            plain = plain.str.slice(0, LONGEST_REASON)
        long = (plain.str.len_chars() > LONGEST).fill_null(False).arg_true()
        if long.len() and name != "reason":
            faults.append(_fault(long, "too_long", name, plain.gather(long).str.slice(0, LONGEST)))
            plain = plain.scatter(long, None)
        columns[name] = plain
    return pl.DataFrame(columns)


def _listed(name: str, values: pl.Series, faults: list[pl.DataFrame]) -> pl.Series:
    if not isinstance(values.dtype, pl.List):
        plain = texts.as_text(values).str.replace(_MADE_HARMLESS, "$1")
        values = texts.split(plain.str.replace_all(r'"\s*,\s*"', "|"), r"[;|]")
    flat = values.cast(pl.List(pl.String)).explode()
    cleaned, _ = texts.clean(flat, LONGEST)
    frame = pl.DataFrame(
        {"row": pl.int_range(values.len(), eager=True).repeat_by(values.list.len().fill_null(1).clip(1)).explode()}
    )
    grouped = frame.with_columns(text=cleaned).group_by("row", maintain_order=True).agg(pl.col("text").drop_nulls())
    lists = pl.DataFrame({"row": pl.int_range(values.len(), eager=True)}).join(grouped, on="row", how="left")["text"]
    many = (lists.list.len() > MOST_LISTED).fill_null(False).arg_true()
    if many.len():
        faults.append(_fault(many, "too_many", name, lists.gather(many).list.head(3).list.join("; ")))
    return pl.select(pl.when(lists.list.len() > 0).then(lists.list.head(MOST_LISTED))).to_series().alias(name)


def _normalised(rows: pl.DataFrame) -> pl.DataFrame:
    """Write codes and vocabulary words in their standard form, and fill in defaults."""
    handling = pl.col("handling").str.to_lowercase().str.replace(r"^tlp ?:? ?", "").replace(_WORDS)
    kind = pl.coalesce(
        pl.col("kind").str.to_lowercase(),
        pl.when(pl.col("container_number").is_not_null()).then(pl.lit("container")),
        pl.when(pl.col("vessel_imo").is_not_null()).then(pl.lit("vessel")),
        pl.when(pl.col("name").is_not_null()).then(pl.lit("party")),
        pl.when(pl.col("address").is_not_null()).then(pl.lit("address")),
        pl.when(pl.col("origin").is_not_null() | pl.col("destination").is_not_null()).then(pl.lit("route")),
    )
    return rows.with_columns(
        kind.alias("kind"),
        handling.fill_null(DEFAULT_HANDLING).alias("handling"),
        pl.col("reliability").str.to_uppercase().str.replace_all(r"[\s/-]", "").fill_null(UNGRADED),
        pl.col("status").str.to_lowercase().fill_null(STATUSES[0]),
        pl.col("country", "origin", "destination").str.to_uppercase().str.replace_all(" ", ""),
        code("container_number", rows["container_number"]).alias("container_number"),
        pl.col("vessel_imo").str.replace(r"^(?i:imo)\s*(?:no\.?)?\s*", ""),
    )


def _rules() -> list[tuple[str, str, pl.Expr]]:
    """(column, rule, expression that is true for a row that breaks it), most important first."""
    kind = pl.col("kind")
    place = r"^(?:[A-Z]{2}|[A-Z]{2}[A-Z0-9]{3})$"
    return [
        ("kind", "unknown_kind", ~kind.is_in(KINDS).fill_null(False)),
        ("provider", "no_provider", pl.col("provider").is_null()),
        ("name", "names_nobody", (kind == "party") & ~pl.col("name").fill_null("").str.contains(r"\p{L}")),
        ("address", "no_address", (kind == "address") & ~pl.col("address").fill_null("").str.contains(r"\d")),
        (
            "container_number",
            "no_container_number",
            (kind == "container") & ~pl.col("container_number").fill_null("").str.contains(r"^[A-Z]{4}\d{7}$"),
        ),
        ("vessel_imo", "bad_imo", ~pl.col("vessel_imo").str.contains(r"^\d{7}$")),
        (
            "vessel_imo",
            "names_no_vessel",
            (kind == "vessel") & pl.col("vessel_imo").is_null() & pl.col("name").is_null(),
        ),
        ("origin", "no_place", ~pl.col("origin").str.contains(place)),
        ("destination", "no_place", ~pl.col("destination").str.contains(place)),
        (
            "origin",
            "too_wide",
            (kind == "route")
            & (
                pl.sum_horizontal(
                    pl.col("origin").is_not_null(),
                    pl.col("destination").is_not_null(),
                    pl.col("goods").list.len().fill_null(0) > 0,
                )
                < 2
            ),
        ),
        ("origin", "too_wide", (kind == "route") & pl.col("origin").is_null() & pl.col("destination").is_null()),
        ("country", "no_country", ~pl.col("country").str.contains(r"^[A-Z]{2}$")),
        ("reliability", "unknown_grade", ~pl.col("reliability").str.contains(GRADES)),
        ("handling", "unknown_handling", ~pl.col("handling").is_in(HANDLINGS)),
        ("status", "unknown_status", ~pl.col("status").is_in(STATUSES)),
        ("valid_until", "ends_before_it_begins", pl.col("valid_until") < pl.col("valid_from")),
    ]


def _moments(values: pl.Series, column: str, faults: list[pl.DataFrame]) -> pl.Series:
    parsed = dates.parse(values)
    rows = parsed["fault"].is_not_null().arg_true()
    if rows.len():
        faults.append(_fault(rows, "no_date", column, values.gather(rows)))
    return parsed["moment"].alias(column)


def _fault(rows: pl.Series, rule: str, column: str, value: pl.Series) -> pl.DataFrame:
    return pl.DataFrame(
        {"row": rows.cast(pl.Int64), "rule": rule, "column": column, "value": value.cast(pl.String)}, schema=FAULTS
    )


def _with_ids(rows: pl.DataFrame) -> pl.DataFrame:
    """Add ids that no two providers share: "provider/id", where a missing id is computed from the content."""
    original, provider = pl.col("alert_id"), pl.col("provider")
    is_unique = original.str.contains(_STIX) | original.str.starts_with(provider + "/")
    without_id = rows.filter(original.is_null()).select(
        pl.col(name).list.join("|") if name in LISTS else name for name in _IDENTITY
    )
    computed = [str(id_of(*(text or "" for text in row))) for row in without_id.iter_rows()]
    ids = rows["alert_id"].scatter(rows["alert_id"].is_null().arg_true(), pl.Series(computed, dtype=pl.String))
    keeps_id = original.is_not_null() & is_unique
    return rows.with_columns(alert_id=pl.when(keeps_id).then(original).otherwise(provider + "/" + ids))
