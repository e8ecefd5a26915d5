"""Take the text of a port's field apart: town, country or state, code, and the words for a port around a name."""

from __future__ import annotations

import polars as pl

from riskscore.reference import lookup

_INDIAN = r"(?:^|\()(IN[A-Z]{3})[0-9](?:\)|$)"
_TOWN_AND_COUNTRY = r"^([A-Z]{3})([A-Z]{2})$"
_CODE_WITHIN = r"[(\[]([A-Z]{2} ?[A-Z2-9]{3})[)\]]|[/,;\x{2013}\x{2014}-] ?([A-Z]{2}[A-Z2-9]{3})$"
_CODE_FIRST = r"^([A-Z]{2}[A-Z2-9]{3})(?:[\s,]|-|$)"
_STATE = r"[ ]?[-\x{2013}] ?([A-Z]{2})\s*($|[,\[(])"
_LAND_FIRST = r"^([A-Z]{2})-([A-Z]{4,}.*|[A-Z]{2,} .*)$"
_PIECES = r"[,(/);\[\]:|]|\s[-\x{2013}\x{2014}]\s|\sOR\s|^[\d\s-]+"
_NEW_YORK = r"NEW YORK ?/ ?NEWARK(?: AREA)?(?:, NEWARK, (?:NJ|NEW JERSEY))?"
"""The ports 1001 and 4601 of US Schedule D, which are one for the trade."""
_LAND = "(?:SOUTH |NEW |SRI |COSTA |EL |SAUDI |HONG )?[^ ]+"
_ONE_NAME = "^(?:NEW|OLD|NORTH|SOUTH|EAST|WEST|UPPER|LOWER|GREATER|LITTLE|NUEVA|NUEVO|NOVA|NOVO|NOUVELLE) [^ ]+$"
"""New Mexico is no town in Mexico."""
_LONG_BRACKET = r"\[[^\]]{8,}\]"
_OF = r"(?: (?:OF|DE|DU|DES|DA|DO|DI|DEL|DE LA)| D')?"
_OTHER_WORDS = r"C[\x{1EA2}A]NG|(?:МОРСКОЙ |ТОРГОВЫЙ )*ПОРТ|ميناء|ICD"
_BEFORE = rf"^(?:(?:SEA ?)?PORTS?(?: AUTONOME)?{_OF}|(?:PORTO|PUERTO){_OF}|{_OTHER_WORDS}) "
_AFTER = (
    r"(?: (?:SEA ?)?PORTS?| HARBOU?R| SEA(?: ?PORT)?| ICD| L[İI]MAN[Iİ]| HAFEN| TERMINAL| CITY"
    r"|港口|港区|港區|港|항)$"
)


def split(texts: pl.DataFrame, known: pl.Series, names: pl.Series) -> pl.DataFrame:
    """Add to `texts` (with `upper`) what the text may hold, all String and null where it does not.

    `indian`, `turned`, `within`, `leading`: codes. `first`, `second`, `last`, `region`: pieces between separators.
    `start`, `ending`: the words before and of a country at the end of a text without separators. Boolean: `several`
    pieces, `slashed` (two places at will), `bracketed`. `known` are all codes and `names` all names, each sorted.
    """
    texts = texts.with_columns(pl.col("upper").str.replace(_NEW_YORK, "NEW YORK, NY"))
    upper = pl.col("upper")
    within = pl.coalesce(upper.str.extract(_CODE_WITHIN, 1), upper.str.extract(_CODE_WITHIN, 2)).str.replace(" ", "")
    within = pl.when(lookup.among(within, known) & ~lookup.among(within, names)).then(within)
    texts = texts.with_columns(within=within)
    plain = pl.when(pl.col("within").is_null()).then(upper).otherwise(upper.str.replace(_CODE_WITHIN, " "))
    plain = plain.str.replace_all(_LONG_BRACKET, " ").str.replace(_LAND_FIRST, "$2, $1")
    plain = plain.str.replace_all(_STATE, ", $1 $2").str.strip_chars(" .,")
    apart = pl.when(~plain.str.contains(_ONE_NAME)).then(plain)
    pieces = (
        plain.str.replace_all(_PIECES, "|")
        .str.split("|")
        .list.eval(pl.element().str.strip_chars(" .-\u2013'").filter(pl.element().str.contains(r"\p{L}")))
    )
    texts = texts.with_columns(
        indian=upper.str.extract(_INDIAN, 1),
        turned=upper.str.extract(_TOWN_AND_COUNTRY, 2) + upper.str.extract(_TOWN_AND_COUNTRY, 1),
        leading=upper.str.extract(_CODE_FIRST, 1),
        pieces=pieces,
        slashed=plain.str.contains(r"\p{L}\s*(?:/|\sOR\s)\s*\p{L}{3,}") & ~plain.str.contains(r"\bS/MER"),
        bracketed=upper.str.contains(r"[(\[]"),
        ending=apart.str.extract(rf"^.+? ({_LAND})$", 1),
        start=apart.str.extract(rf"^(.+?) {_LAND}$", 1),
    )
    count = pl.col("pieces").list.len()
    return texts.with_columns(
        first=pl.col("pieces").list.first(),
        second=pl.when(count > 1).then(pl.col("pieces").list.get(1, null_on_oob=True)),
        last=pl.col("pieces").list.last(),
        region=pl.when(count > 1).then(
            pl.when(count > 2)
            .then(pl.col("pieces").list.get(1, null_on_oob=True))
            .otherwise(pl.col("pieces").list.last())
        ),
        several=count > 1,
    )


def bare(name: pl.Expr) -> pl.Expr:
    """`name` (capitals) without the words for a port before and after it, in the languages of trade."""
    return name.str.replace(_BEFORE, "").str.replace(_AFTER, "").str.strip_chars()
