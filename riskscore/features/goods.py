"""Goods: what is declared, whether description and HS code agree, and whether such goods usually go this way."""

from __future__ import annotations

from functools import cache, partial

import polars as pl

from riskscore import reference
from riskscore.features import text, trade
from riskscore.features.distinct import HASH, by_distinct, distinct, join_by_hash
from riskscore.features.lookups import cover_kind_of_code
from riskscore.history.hashes import mixed

LIGHT_USD_PER_KG = 1.0
"""Goods below this price are cheap: scrap, resin, beans, timber, stone."""

WASTE_KINDS = ("scrap", "plastic_waste", "paper_waste", "used_goods")
"""Kinds of cover load that are waste, scrap or used goods."""

_CODES = ("hs6", "hs4", "hs2", "chapter")


def prepare(facts: pl.DataFrame) -> pl.DataFrame:
    """Add what the description says, usual figures of the goods and their countries' trade. Rows keep their order."""
    texts, votes = text.read(distinct(facts, ["goods_description"]), "goods_description")
    facts = join_by_hash(
        facts, ["goods_description"], by_distinct(texts, ["wording"], _terms).drop("goods_description", "wording")
    )
    affinities = votes.select(mixed(["wording_id", "chapter"]).alias(HASH), declared_affinity="affinity")
    facts = join_by_hash(facts, ["wording_id", "hs2"], affinities).with_columns(
        chapter=pl.coalesce("hs2", pl.when(pl.col("affinity_best") > 0.5).then("chapter_best"))
    )
    return _trade(by_distinct(facts, _CODES, _cover_kinds))


def _terms(wordings: pl.DataFrame) -> pl.DataFrame:
    """Add whether `wording` contains a term of each list of words."""
    return wordings.with_columns(
        stop_word=text.any_term("wording", reference.stop_words()["term"].to_list()),
        cover_word=text.any_term("wording", _cover_words()),
        listed_timber_word=text.any_term("wording", reference.cites_timber()["term"].to_list()),
        waste_word=text.any_term("wording", _waste_words()),
    )


def _cover_kinds(codes: pl.DataFrame) -> pl.DataFrame:
    """Add the kind of cover load that a code belongs to, and the usual figures of its goods."""
    ranks = {kind: rank for rank, kind in enumerate(reference.cover_goods()["kind"].unique().sort())}
    return _usual(codes.with_columns(cover_kind=cover_kind_of_code())).with_columns(
        cover_rank=pl.col("cover_kind").replace_strict(ranks, default=None, return_dtype=pl.Float64),
        waste_code=pl.col("hs4").is_in(_WASTE_HEADINGS).fill_null(False),
        front_code=pl.col("hs4").is_in(_FRONT_HEADINGS).fill_null(False),
    )


@cache
def _cover_words() -> list[str]:
    return reference.cover_goods()["term"].drop_nulls().unique().sort().to_list()


@cache
def _waste_words() -> list[str]:
    words = reference.cover_goods().filter(pl.col("kind").is_in(WASTE_KINDS))
    return words["term"].drop_nulls().unique().sort().to_list()


@cache
def _usual_table(digits: int) -> pl.DataFrame:
    """Usual price and weights of goods whose HS codes share their first `digits`, from goods.csv."""
    return (
        reference.goods()
        .with_columns(code=pl.col("hs6").str.slice(0, digits))
        .group_by("code")
        .agg(
            pl.col("usd_per_kg").median(),
            pl.col("usd_spread").mean(),
            pl.col("kg_per_package").median(),
            pl.col("kg_spread").mean(),
            pl.col("stowage_kg_m3").median(),
            pl.col("reefer").max(),
        )
        .sort("code")
    )


_USUAL = ("usd_per_kg", "usd_spread", "kg_per_package", "kg_spread", "stowage_kg_m3", "reefer")


def _usual(facts: pl.DataFrame) -> pl.DataFrame:
    """Add the usual figures of the goods: those of the six digits, else of the heading, else of the chapter."""
    for digits, key in ((6, "hs6"), (4, "hs4"), (2, "chapter")):
        table = _usual_table(digits).rename({name: f"{name}_{digits}" for name in _USUAL})
        facts = facts.join(table, left_on=key, right_on="code", how="left")
    return facts.with_columns(
        pl.coalesce(f"{name}_{digits}" for digits in (6, 4, 2)).alias(f"usual_{name}") for name in _USUAL
    ).drop(f"{name}_{digits}" for name in _USUAL for digits in (6, 4, 2))


def _trade(facts: pl.DataFrame) -> pl.DataFrame:
    """Add how much of these goods origin and destination export and import, by heading and by chapter."""
    for side in ("origin", "destination"):
        facts = by_distinct(facts, [side, "hs4", "chapter"], partial(_traded, side))
    return facts


def _traded(side: str, goods: pl.DataFrame) -> pl.DataFrame:
    """Add how much of `goods` the countries in the column `side` export and import."""
    for digits, key in ((4, "hs4"), (2, "chapter")):
        for flow in ("export", "import"):
            if (side, flow, digits) == ("origin", "import", 4):
                continue
            table = trade.table(flow, digits).rename(
                {name: f"{side}_{flow}_{digits}_{name}" for name in ("share", "advantage")}
            )
            goods = goods.join(table, left_on=[side, key], right_on=["country", "code"], how="left")
    return goods


def _trade_figure(name: str, country: str, key: str) -> pl.Expr:
    """The trade figure in column `name`: null where country or code is missing, 0 where there is no such trade."""
    return pl.when(pl.col(country).is_not_null() & pl.col(key).is_not_null()).then(pl.col(name).fill_null(0.0))


def _cover() -> pl.Expr:
    return pl.col("cover_kind").is_not_null() | pl.col("cover_word").fill_null(False)


def description_vague() -> pl.Expr:
    """The description contains a stop word such as 'general cargo' or 'said to contain'."""
    return pl.col("stop_word")


def description_words() -> pl.Expr:
    """Number of distinct words in the description."""
    return pl.col("words").fill_null(0)


def description_unread() -> pl.Expr:
    """No word of the description is a known trade name or occurs in the HS nomenclature."""
    return pl.col("chapter_best").is_null()


def description_language_unusual() -> pl.Expr:
    """The description is in a language used neither at the origin, nor where it is loaded, nor at the destination."""
    return pl.col("language").is_not_null() & ~pl.col("languages").str.contains(pl.col("language"), literal=True)


def hs_missing() -> pl.Expr:
    """No HS code is declared."""
    return pl.col("hs2").is_null()


def hs_text_agreement() -> pl.Expr:
    """How strongly the words of the description point to the declared chapter (0 to 1)."""
    comparable = pl.col("affinity_best").is_not_null() & pl.col("hs2").is_not_null()
    return pl.when(comparable).then(pl.col("declared_affinity").fill_null(0.0))


def hs_text_conflict() -> pl.Expr:
    """How much more strongly the words point to another chapter than to the declared one (0 to 1)."""
    return pl.when(pl.col("hs2").is_not_null()).then(
        pl.col("affinity_best") - pl.col("declared_affinity").fill_null(0.0)
    )


def cover_load() -> pl.Expr:
    """The goods are of a kind that smugglers have used as a cover load: cheap, bulky, smelly or tedious to unload."""
    return _cover()


def cover_from_source() -> pl.Expr:
    """Cover load times the strength of the origin or country of loading as a wildlife source."""
    return _cover().cast(pl.Float64) * pl.max_horizontal("origin_source", "loading_source")


def cover_on_wildlife_route() -> pl.Expr:
    """Cover load times source strength times the highest market or hub strength at the far end."""
    far_end = pl.max_horizontal("discharge_market", "destination_market", "delivery_market", "discharge_hub")
    return cover_from_source() * far_end


def cover_kind_code() -> pl.Expr:
    """Kind of cover load, as the position of its name in alphabetical order; null for other goods."""
    return pl.col("cover_rank")


def cover_named_under_other_code() -> pl.Expr:
    """The description names a cover load, but the HS code is for other goods."""
    return pl.col("cover_word") & pl.col("cover_kind").is_null() & pl.col("hs2").is_not_null()


def listed_timber() -> pl.Expr:
    """The description names a CITES-listed timber or a look-alike."""
    return pl.col("listed_timber_word")


def waste_or_scrap() -> pl.Expr:
    """The goods are waste or scrap, by HS code or by description."""
    return pl.col("waste_code") | pl.col("waste_word").fill_null(False)


_WASTE_HEADINGS = [
    "2618", "2619", "2620", "2621", "3825", "3915", "4004", "4115", "4707", "5202", "5505", "6309", "6310", "7001",
    "7204", "7404", "7503", "7602", "7802", "7902", "8002", "8548", "8549",
]  # fmt: skip
"""HS headings for waste, scrap and used goods."""

_FRONT_HEADINGS = ["0901", "0902", "2101"]
"""HS headings for tea and coffee."""


def waste_to_poorer() -> pl.Expr:
    """Waste or scrap from a source of illegal waste to one of its markets: the product of their strengths."""
    return waste_or_scrap().cast(pl.Float64) * pl.col("waste_way")


def usual_price() -> pl.Expr:
    """Usual price of such goods, as log10 of USD per kg."""
    return pl.col("usual_usd_per_kg").log10()


def hard_to_value() -> pl.Expr:
    """Spread of the price of such goods (standard deviation of its natural logarithm)."""
    return pl.col("usual_usd_spread")


def cheap_goods_far() -> pl.Expr:
    """Direct sea distance in thousand km over the usual price in USD per kg: cheap goods rarely travel far."""
    return (pl.col("direct_km") / 1000 / (pl.col("usual_usd_per_kg") + 0.1)).clip(0, 200)


def origin_exports_goods() -> pl.Expr:
    """Share of these goods (HS heading) in the containers that the origin exports."""
    return _trade_figure("origin_export_4_share", "origin", "hs4")


def origin_advantage() -> pl.Expr:
    """Share of these goods (HS heading) in the origin's exports over their share in world exports, as log1p."""
    return _trade_figure("origin_export_4_advantage", "origin", "hs4")


def origin_advantage_chapter() -> pl.Expr:
    """Share of this HS chapter in the origin's exports over its share in world exports, as log1p."""
    return _trade_figure("origin_export_2_advantage", "origin", "chapter")


def origin_imports_chapter() -> pl.Expr:
    """Share of this HS chapter in the origin's imports over its share in world imports, as log1p."""
    return _trade_figure("origin_import_2_advantage", "origin", "chapter")


def destination_exports_goods() -> pl.Expr:
    """Share of these goods (HS heading) in the destination's exports over their share in world exports, as log1p."""
    return _trade_figure("destination_export_4_advantage", "destination", "hs4")


def destination_exports_chapter() -> pl.Expr:
    """Share of this HS chapter in the destination's exports over its share in world exports, as log1p."""
    return _trade_figure("destination_export_2_advantage", "destination", "chapter")


def destination_imports_goods() -> pl.Expr:
    """Share of these goods (HS heading) in the destination's imports over their share in world imports, as log1p."""
    return _trade_figure("destination_import_4_advantage", "destination", "hs4")


def destination_imports_chapter() -> pl.Expr:
    """Share of this HS chapter in the destination's imports over its share in world imports, as log1p."""
    return _trade_figure("destination_import_2_advantage", "destination", "chapter")


def trade_fit() -> pl.Expr:
    """Origin's export plus destination's import advantage in this chapter, less half the destination's for exports."""
    return origin_advantage_chapter() + destination_imports_chapter() - 0.5 * destination_exports_chapter()


def lane_goods_share() -> pl.Expr:
    """Share of this HS chapter in the earlier consignments on the lane (0 to 1)."""
    return pl.col("lane_hs2_share")


def origin_goods_seizure_rate() -> pl.Expr:
    """Smoothed seizure rate in earlier inspections of this HS code from this origin (0 to 1)."""
    return pl.col("hs6_origin_seizure_rate")


def origin_goods_before() -> pl.Expr:
    """Number of earlier consignments of this HS code from this origin, as log1p."""
    return pl.col("hs6_origin_before").log1p()


def front_goods_new_trader() -> pl.Expr:
    """Tea or coffee, which make an honest-looking front, for a consignee with fewer than three earlier consignments."""
    return pl.col("front_code") & (pl.col("consignee_before").fill_null(0) < 3)


def chapters_in_box() -> pl.Expr:
    """Number of different HS chapters declared in the box."""
    return pl.col("hs_codes").list.eval(pl.element().str.slice(0, 2)).list.n_unique()
