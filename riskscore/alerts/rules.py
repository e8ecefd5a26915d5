"""Alerts accepted or refused: rows in = accepted + quarantined, each refused row with the rule that it broke.

texts under the names of ALERT ─▶ cleaned ─▶ what kind ─▶ rules ─▶ alerts
                                                          └─▶ faults (row, rule, column, value)
"""

from __future__ import annotations

import polars as pl

from riskscore.alerts.schema import ALERT, DEFAULT_HANDLING, GRADES, HANDLINGS, KINDS, STATUSES, UNGRADED, named
from riskscore.cells import dates, texts
from riskscore.cells.values import FAULTS, code

LONGEST = 500
"""Characters of a name, an address or a list; what is longer is no name."""

LONGEST_REASON = 2000
"""Characters of the reason that are kept."""

MOST_LISTED = 100
"""Aliases or goods of one alert."""

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
"""A formula as `export` writes it to CSV, with an apostrophe before it."""


def accept(told: pl.DataFrame, provider: str | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Alerts (ALERT; `updated_at` null where it is not told) and faults (values.FAULTS) of `told`, rows of texts.

    Lists are texts with ; or | between, or lists. `provider` fills the column where it is empty. Accepted rows keep
    their order.
    """
    faults: list[pl.DataFrame] = []
    rows = _cleaned(told, faults)
    ours, _ = texts.clean(pl.Series([provider], dtype=pl.String), LONGEST)
    rows = rows.with_columns(pl.col("provider").fill_null(pl.lit(ours[0], pl.String)))
    rows = _worded(rows)
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
    return _identified(good).select(list(ALERT)), every


def _cleaned(told: pl.DataFrame, faults: list[pl.DataFrame]) -> pl.DataFrame:
    """Every column of ALERT in one line without control characters; lists of texts."""
    columns = {}
    for name in ALERT:
        values = told[name] if name in told.columns else pl.repeat(None, told.height, dtype=pl.String, eager=True)
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


def _worded(rows: pl.DataFrame) -> pl.DataFrame:
    """Codes and words of the vocabularies in their usual form, and what goes without saying."""
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
    """(column, rule, what breaks it), the most telling first."""
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
    read = dates.parse(values)
    rows = read["fault"].is_not_null().arg_true()
    if rows.len():
        faults.append(_fault(rows, "no_date", column, values.gather(rows)))
    return read["moment"].alias(column)


def _fault(rows: pl.Series, rule: str, column: str, value: pl.Series) -> pl.DataFrame:
    return pl.DataFrame(
        {"row": rows.cast(pl.Int64), "rule": rule, "column": column, "value": value.cast(pl.String)}, schema=FAULTS
    )


def _identified(rows: pl.DataFrame) -> pl.DataFrame:
    """Ids that no two providers share: the provider's own with its name before it, or one made of what is said."""
    given, provider = pl.col("alert_id"), pl.col("provider")
    whole = given.str.contains(_STIX) | given.str.starts_with(provider + "/")
    said = rows.filter(given.is_null()).select(
        pl.col(name).list.join("|") if name in LISTS else name for name in _IDENTITY
    )
    made = [str(named(*(text or "" for text in row))) for row in said.iter_rows()]
    ids = rows["alert_id"].scatter(rows["alert_id"].is_null().arg_true(), pl.Series(made, dtype=pl.String))
    return rows.with_columns(alert_id=pl.when(given.is_not_null() & whole).then(given).otherwise(provider + "/" + ids))
