"""Resolve parties: an id for each name that names someone, null for a name that names no one.

    name ─▶ to order? placeholder? ─▶ null
         └▶ fingerprint (names.py) ─▶ id, the same for every spelling

An id depends on its own row only, never on other rows, so a party keeps it from night to night.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from riskscore.cores import by_core
from riskscore.parties.names import MAX_CHARS, fingerprints, is_foreign, where, where_found

IDS = {
    "shipper_id": "shipper_name",
    "consignee_key": "consignee_name",
    "notify_id": "notify_name",
    "forwarder_id": "forwarder_name",
}
"""Id column -> the name column that it is made from."""

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
"""Patterns of how a name begins where the bill is made out to order, so that whoever holds it may claim the goods."""

_REFERENCES = (
    r"same (?:as|with|to|above|party|consignee|shipper|cnee|notify)\b",
    r"as (?:per|above|below|stated|shown|attached|agreed|instructed|consignee|shipper|cnee)\b",
    r"see (?:above|below|attached|attachment|b ?l|bill|rider|invoice|consignee|shipper)\b",
    r"to be (?:advised|announced|confirmed|determined|named|nominated|notified|declared|informed)\b",
    r"not (?:known|named|specified|stated|declared|disclosed|identified|available|applicable|provided|given)\b",
    r"(?:el |la |lo |o |a |le |il )?(?:mism[oa]|mesm[oa]|meme|stesso) (?:que|al?|de|del|do|da|che)\b",
    r"idem (?:que|al?|con)\b",
    r"igual (?:que|al?|ao)\b",
)
"""Patterns of how a text begins that refers to another field instead of naming someone."""

_NO_ONE = (
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
"""Patterns of complete texts that name no one."""

_OPEN = rf"^(?:{'|'.join(_TO_ORDER)})"
_EMPTY = rf"^(?:{'|'.join(_REFERENCES)}|(?:{'|'.join(_NO_ONE)})$|\P{{L}}*$)"


def nobody(names: pl.Series) -> pl.DataFrame:
    """Return whether each of `names` (String) names no one, and why: two Boolean columns, null where a name is null.

    `to_order`     the bill is made out to order ('TO THE ORDER OF ...')
    `placeholder`  the text refers to another field or says nothing ('SAME AS CONSIGNEE', 'N/A', '-', no letters)
    """
    simple = by_core(names, _simplified)
    return pl.select(to_order=simple.str.contains(_OPEN), placeholder=simple.str.contains(_EMPTY))


def _simplified(names: pl.Series) -> pl.Series:
    """Lower-case letters without accents, digits, and single spaces; the patterns above expect this form."""
    lower = names.str.slice(0, MAX_CHARS).str.to_lowercase()
    bare = where(lower, is_foreign(lower), _without_accents)
    return where_found(bare, r"[^a-z0-9 ]|^ |  | $", _spaced)


def _spaced(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(r"[^\p{L}\p{N}]+", " ").str.strip_chars(" ")


def _nameless(names: pl.Series) -> pl.Series:
    """Whether each of `names` names no one, is made out to order or is null."""
    return _simplified(names).str.contains(f"{_OPEN}|{_EMPTY}").fill_null(True)


def _without_accents(text: pl.Expr) -> pl.Expr:
    return text.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.normalize("NFC")


def add_party_ids(frame: pl.DataFrame) -> pl.DataFrame:
    """Add `shipper_id`, `consignee_key`, `notify_id` and `forwarder_id` (String) to `frame`. Rows keep their order.

    Reads the canonical name columns and `consignee_id`; a missing column counts as null. The consignee's name has
    priority over its registration number, because the number is given on some bills of a consignee and not on others.
    Where the name names no one, the id is 'id:' + number. Each distinct name is read once.
    """
    return Names.of(frame).ids(frame)


@dataclass(frozen=True, slots=True)
class Names:
    """The ids of the names in some frames; each distinct name is read once.

    Names are compared by 64-bit hashes, ten times as fast as by their letters. Among a million distinct names the
    chance that two share a hash is below one in ten million; these two parties would then count as one.
    """

    _known: pl.DataFrame
    """One row per distinct name that names someone: `hash` of the name, `id`, and `key`, the hash of the id."""

    @classmethod
    def of(cls, *frames: pl.DataFrame) -> Names:
        """Read the names of all parties in `frames`, which have the canonical columns or some of them."""
        names = pl.concat(_distinct(_text(frame, name)) for frame in frames for name in IDS.values())
        names = names[names["hash"].arg_unique()]
        named = names.filter(~by_core(names["name"], _nameless))
        return cls(named.select("hash", id=fingerprints(named["name"])).with_columns(key=pl.col("id").hash()))

    def ids(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add the columns that `add_party_ids` adds."""
        return self._add(frame, "id", lambda ids: ids)

    def keys(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add the same columns as UInt64 hashes of the ids, for past filings, whose ids are only compared."""
        return self._add(frame, "key", lambda ids: pl.when(ids.is_not_null()).then(ids.hash()))

    def _add(self, frame: pl.DataFrame, what: str, convert: Callable[[pl.Expr], pl.Expr]) -> pl.DataFrame:
        ids = {id_: self._look_up(_text(frame, name), what).alias(id_) for id_, name in IDS.items()}
        numbers = _text(frame, "consignee_id")
        unnamed = (ids["consignee_key"].is_null() & numbers.is_not_null()).arg_true()
        number = numbers.gather(unnamed).str.to_uppercase().str.replace_all(r"[^\p{L}\p{N}]+", "")
        by_number = pl.select(convert(pl.when(number != "").then("id:" + number))).to_series()
        ids["consignee_key"] = ids["consignee_key"].scatter(unnamed, by_number)
        return frame.with_columns(ids.values())

    def _look_up(self, names: pl.Series, what: str) -> pl.Series:
        """The column `what` for each of `names`; distinct names are looked up first, in a table that fits the cache."""
        rows = pl.DataFrame({"hash": names.hash()})
        distinct = rows[rows["hash"].arg_unique()].join(self._known.select("hash", what), on="hash", how="inner")
        return rows.join(distinct, on="hash", how="left", maintain_order="left")[what]


def _text(frame: pl.DataFrame, column: str) -> pl.Series:
    if column not in frame.columns:
        return pl.repeat(None, frame.height, dtype=pl.String, eager=True)
    return frame[column].cast(pl.String)


def _distinct(names: pl.Series) -> pl.DataFrame:
    rows = pl.DataFrame({"name": names, "hash": names.hash()})
    return rows[rows["hash"].arg_unique()]
