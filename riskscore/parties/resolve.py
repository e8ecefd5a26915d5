"""Who the parties are: an id for each name that names somebody, null for one that names nobody.

    name ─▶ to order? placeholder? ─▶ null
         └▶ fingerprint (names.py) ─▶ id, the same for every spelling

An id depends on its own row only, never on the other rows, so that a party keeps it from night to night.
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
"""How a bill begins that whoever holds it may claim; patterns, for text as `_simplified` leaves it."""

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


def nobody(names: pl.Series) -> pl.DataFrame:
    """Whether each of `names` (String) names nobody, and how: two Boolean columns, null where a name is missing.

    `to_order`     it makes the bill out to order ('TO THE ORDER OF ...')
    `placeholder`  it points elsewhere or says nothing ('SAME AS CONSIGNEE', 'N/A', '-', no letter at all)
    """
    simple = by_core(names, _simplified)
    return pl.select(to_order=simple.str.contains(_OPEN), placeholder=simple.str.contains(_EMPTY))


def _simplified(names: pl.Series) -> pl.Series:
    """Lower-case letters without accents, digits and single spaces."""
    lower = names.str.slice(0, MAX_CHARS).str.to_lowercase()
    bare = where(lower, is_foreign(lower), _without_accents)
    return where_found(bare, r"[^a-z0-9 ]|^ |  | $", _spaced)


def _spaced(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(r"[^\p{L}\p{N}]+", " ").str.strip_chars(" ")


def _nameless(names: pl.Series) -> pl.Series:
    """Whether each of `names` names nobody, is made out to order or is missing."""
    return _simplified(names).str.contains(f"{_OPEN}|{_EMPTY}").fill_null(True)


def _without_accents(text: pl.Expr) -> pl.Expr:
    return text.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.normalize("NFC")


def add_party_ids(frame: pl.DataFrame) -> pl.DataFrame:
    """Add `shipper_id`, `consignee_key`, `notify_id` and `forwarder_id` (String), in the order of the rows.

    Takes the canonical name columns and `consignee_id`; one that is absent counts as null. The consignee's name
    goes before its registration number: a filer gives the number on some bills and not on others, and either
    way it has to be the same consignee. Where the name names nobody, the number counts, as 'id:' + number.
    Each distinct name is read once.
    """
    return Names.of(frame).ids(frame)


@dataclass(frozen=True, slots=True)
class Names:
    """What the names of some frames stand for, each distinct one read once.

    Names are told apart by 64-bit hashes, ten times as fast as by their letters: among a million distinct ones two
    share one with a chance below one in ten million, and then two parties count as one.
    """

    _known: pl.DataFrame
    """One row a distinct name: `hash` of the name, `id`, and `key`, the hash of the id; both null for nobody."""

    @classmethod
    def of(cls, *frames: pl.DataFrame) -> Names:
        """Read the names of all parties in `frames`, which hold the canonical columns or some of them."""
        every = pl.concat(_distinct(_text(frame, name)) for frame in frames for name in IDS.values())
        every = every[every["hash"].arg_unique()]
        nameless = by_core(every["name"], _nameless)
        named = every.filter(~nameless)
        return cls(named.select("hash", id=fingerprints(named["name"])).with_columns(key=pl.col("id").hash()))

    def ids(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add what `add_party_ids` adds."""
        return self._add(frame, "id", lambda ids: ids)

    def keys(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add the same columns as UInt64 hashes of the ids: for the past, where they are only compared."""
        return self._add(frame, "key", lambda ids: pl.when(ids.is_not_null()).then(ids.hash()))

    def _add(self, frame: pl.DataFrame, what: str, told: Callable[[pl.Expr], pl.Expr]) -> pl.DataFrame:
        found = {id_: self._look_up(_text(frame, name), what).alias(id_) for id_, name in IDS.items()}
        numbers = _text(frame, "consignee_id")
        unnamed = (found["consignee_key"].is_null() & numbers.is_not_null()).arg_true()
        number = numbers.gather(unnamed).str.to_uppercase().str.replace_all(r"[^\p{L}\p{N}]+", "")
        by_number = pl.select(told(pl.when(number != "").then("id:" + number))).to_series()
        found["consignee_key"] = found["consignee_key"].scatter(unnamed, by_number)
        return frame.with_columns(found.values())

    def _look_up(self, names: pl.Series, what: str) -> pl.Series:
        """`what` stands for each of `names`; the few that occur are looked up first, in a table that fits the cache."""
        rows = pl.DataFrame({"hash": names.hash()})
        own = rows[rows["hash"].arg_unique()].join(self._known.select("hash", what), on="hash", how="inner")
        return rows.join(own, on="hash", how="left", maintain_order="left")[what]


def _text(frame: pl.DataFrame, column: str) -> pl.Series:
    if column not in frame.columns:
        return pl.repeat(None, frame.height, dtype=pl.String, eager=True)
    return frame[column].cast(pl.String)


def _distinct(names: pl.Series) -> pl.DataFrame:
    rows = pl.DataFrame({"name": names, "hash": names.hash()})
    return rows[rows["hash"].arg_unique()]
