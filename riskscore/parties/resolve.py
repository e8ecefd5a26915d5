"""Who the parties are: an id for each name that names somebody, null for one that names nobody.

    name ─▶ to order? placeholder? ─▶ null
         └▶ fingerprint (names.py) ─▶ id, the same for every spelling

An id depends on its own row only, never on the other rows, so that a party keeps it from night to night.
"""

from __future__ import annotations

from itertools import accumulate

import polars as pl

from riskscore.parties.names import MAX_CHARS, fingerprints

IDS = {
    "shipper_id": "shipper_name",
    "consignee_key": "consignee_name",
    "notify_id": "notify_name",
    "forwarder_id": "forwarder_name",
}
"""Id column -> the name column that it comes from."""

_TO_ORDER = (
    r"(?:consigned |made out |un)?to ?(?:the )?order\b",
    r"(?:the )?order of\b",
    r"order$",
    r"(?:to )?(?:the )?(?:bearer|holder)$",
    r"a ?la orden\b",
    r"a ordre\b",
    r"(?:a )?l ?ordre\b",
    r"a ordem\b",
    r"a ordine\b",
    r"all ?ordine\b",
    r"an (?:die )?order\b",
    r"zur order\b",
    r"theo lenh\b",
    r"[凭憑].{0,12}指[示定]",
    r"指示提?[单單]",
)
"""How a bill begins that whoever holds it may claim; patterns, for text as `_simple` leaves it."""

_ELSEWHERE = (
    r"same (?:as|with|to|above|party|consignee|shipper|cnee|notify)\b",
    r"as (?:per|above|below|stated|shown|attached|agreed|instructed|consignee|shipper|cnee)\b",
    r"see (?:above|below|attached|attachment|b ?l|bill|rider|invoice|consignee|shipper)\b",
    r"to be (?:advised|announced|confirmed|determined|named|nominated|notified|declared|informed)\b",
    r"not (?:known|named|specified|stated|declared|disclosed|identified|available|applicable|provided|given)\b",
    r"(?:el |la |lo |o |a |le |il )?(?:mism[oa]|mesm[oa]|meme|stesso) (?:que|al?|de|del|do|da|che)\b",
    r"idem (?:que|al?|con)\b",
    r"igual (?:que|al?|ao)\b",
)
"""How a text begins that points elsewhere instead of naming somebody."""

_NOBODY = (
    r"(?:the )?same|s ?a ?c|ditto|idem|n ?a|nil|none|null|nan|blank|empty|missing|t ?b ?[acdn]|x{2,}|test|dummy|other",
    r"un(?:known|named|specified|stated|declared|disclosed|identified)(?: (?:shipper|consignee|party|company|person))?",
    r"no (?:data|name|info|information|consignee|shipper|notify|notify party|party|aplica)",
    r"(?:notify|consignee|shipper|forwarder|consignor|owner|agent|buyer|importer|exporter|receiver)(?: name| party)?",
    r"(?:various|sundry|multiple)(?: parties| consignees| shippers)?|private|personal|confidential",
    r"(?:el |la |lo |o |a |le |il )?(?:mism[oa]|mesm[oa]|meme|stesso)",
    r"desconocid[oa]|desconhecid[oa]|inconnue?|sconosciuto|unbekannt|derselbe|keine angabe|nhu tren|khong ro",
    r"sin (?:datos?|nombre|informacion)|sem (?:dados|nome)|sans nom|nao (?:aplicavel|informado)",
    r"non (?:applicable|connu|declare)|неизвестно|то же",
    r"同上|同收[货貨]人|同[发發][货貨]人|不[详詳明]|未知|[无無]|待定",
)
"""Whole texts that name nobody."""

_OPEN = rf"^(?:{'|'.join(_TO_ORDER)})"
_EMPTY = rf"^(?:{'|'.join(_ELSEWHERE)}|(?:{'|'.join(_NOBODY)})$|\P{{L}}*$)"


def is_to_order(column: str) -> pl.Expr:
    """Whether the name in `column` makes the bill out to order ('TO THE ORDER OF ...'); null where it is null."""
    return _simple(column).str.contains(_OPEN)


def is_placeholder(column: str) -> pl.Expr:
    """Whether `column` names nobody ('SAME AS CONSIGNEE', 'N/A', '-', no letter at all); null where it is null."""
    return _simple(column).str.contains(_EMPTY)


def _simple(column: str) -> pl.Expr:
    """Lower-case letters without accents, digits and single spaces."""
    decomposed = pl.col(column).str.slice(0, MAX_CHARS).str.to_lowercase().str.normalize("NFKD")
    bare = decomposed.str.replace_all(r"\p{M}", "").str.normalize("NFC")
    return bare.str.replace_all(r"[^\p{L}\p{N}]+", " ").str.strip_chars(" ")


def add_party_ids(frame: pl.DataFrame) -> pl.DataFrame:
    """Add `shipper_id`, `consignee_key`, `notify_id` and `forwarder_id` (String), in the order of the rows.

    Takes the canonical name columns and `consignee_id`; one that is absent counts as null. The consignee's name
    goes before its registration number: a filer gives the number on some bills and not on others, and either
    way it has to be the same consignee. Where the name names nobody, the number counts, as 'id:' + number.
    Each distinct name is read once.
    """
    ids = _ids(frame, [name for name in IDS.values() if name in frame.columns])
    frame = frame.with_columns(
        _lookup(frame, name, ids).alias(id_) if name in frame.columns else pl.lit(None, pl.String).alias(id_)
        for id_, name in IDS.items()
    )
    if "consignee_id" not in frame.columns:
        return frame
    number = pl.col("consignee_id").str.to_uppercase().str.replace_all(r"[^\p{L}\p{N}]+", "")
    return frame.with_columns(consignee_key=pl.coalesce("consignee_key", pl.when(number != "").then("id:" + number)))


def add_ids_to_all(*frames: pl.DataFrame) -> list[pl.DataFrame]:
    """Do what `add_party_ids` does for several frames at once, and read a name that is in several of them once."""
    columns = [*IDS.values(), "consignee_id"]
    named = [
        frame.select(
            (pl.col(name) if name in frame.columns else pl.lit(None)).cast(pl.String).alias(name) for name in columns
        )
        for frame in frames
    ]
    ids = add_party_ids(pl.concat(named)).select(IDS.keys())
    ends = list(accumulate(frame.height for frame in frames))
    return [
        frame.with_columns(ids.slice(end - frame.height, frame.height)) for frame, end in zip(frames, ends, strict=True)
    ]


def _lookup(frame: pl.DataFrame, column: str, ids: pl.DataFrame) -> pl.Series:
    """Id of each row; only the one column takes part in the join, because a consignment is wide."""
    return frame.select(name=column).join(ids, on="name", how="left", maintain_order="left")["id"]


def _ids(frame: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """One row a distinct name of `columns`: `name`, `id`."""
    named = [frame.lazy().select(name=pl.col(column).cast(pl.String)) for column in columns]
    every = pl.concat([pl.LazyFrame(schema={"name": pl.String}), *named]).drop_nulls().unique()
    distinct = every.collect(engine="streaming").lazy()  # several cores; in one plan the filter would run before unique
    nameless = _simple("name").str.contains(f"{_OPEN}|{_EMPTY}")
    names = distinct.filter(~nameless).collect(engine="streaming")
    return names.with_columns(id=fingerprints(names["name"]))
