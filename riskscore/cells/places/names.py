"""Turn codes and names of ports into UN/LOCODEs, and those of countries into ISO 3166 alpha-2 codes.

    text ─▶ code ─▶ town with country, state or code ─▶ town alone ─▶ settled by the countries beside it

A place that is not understood keeps its text, in capitals: it is never a reason to refuse a row, and counts as unknown
everywhere. A five-letter word is a UN/LOCODE only if that code is known, and is not the name of another place. The name
of a country alone becomes the code of the country. Each distinct text is looked up once.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from riskscore import reference
from riskscore.cells.places import lands, misspelt, port_tables, us_ports
from riskscore.cells.places.port_texts import bare, split
from riskscore.cells.texts import by_distinct
from riskscore.reference import lookup
from riskscore.reference.towns import NOWHERE

_CODE = r"^([A-Z]{2})[ -]?([A-Z2-9]{3})$"
_UNCLEAR = " ?"
"""Marks a text that is a code and the name of another place: it must not count as the code."""

_READ: dict[str, tuple[str, str | None, bool]] = {}
_MOST_KEPT = 200_000
_DEPENDS = r"\b\d{3}\b"
"""A text with a number of three digits: whether that is a country depends on the texts around it."""

_WITH_STATES = ("AU", "BR", "CA", "MX", "US")
"""Countries where the state after a town tells it from another: Oakland, NJ is not Oakland, CA."""

Beside = Callable[[], pl.Series]
"""The countries that other columns of each row name for the same end of the voyage, with repeats: List(String)."""


def ports(texts: pl.Series, beside: Beside | None = None, notes: list[str] | None = None) -> pl.Series:
    """UN/LOCODEs of `texts` (String): 'VN HPH', 'Haiphong', 'Hai Phong, Vietnam' and 'HAIPHONG (VNHPH)' are VNHPH.

    Numbers are read where all of a column are codes of one US schedule (`us_ports`).

    A name without a country that several countries have is settled by `beside`, or by the one port that dwarfs the
    others, or stays unknown. A name with a slip of one letter is mended, and counted in `notes`.
    """
    tables: list[pl.DataFrame] = []

    def read_once(distinct: pl.Series) -> pl.Series:
        codes, told = us_ports.read(texts, distinct, beside)
        if notes is not None:
            notes.extend(told)
        tables.append(_read_ports(distinct.replace(codes["text"], codes["read"]) if codes.height else distinct))
        return tables[0]["read"]

    read = by_distinct(texts, read_once)
    if beside is not None:
        read = _settled(texts, read, tables[0], beside)
    slips = tables[0].filter("slip")["text"]
    if notes is not None and slips.len():
        notes.append(misspelt.note(texts.name, texts, read, slips))
    return read


def are_ports(read: pl.Series) -> pl.Series:
    """Whether each result of `ports` is a known UN/LOCODE; null where there is no text."""
    return reference.are_places(read)


def countries_of(texts: pl.Series) -> pl.Series:
    """The country that each of `texts` names as a country or as a place of one country; null where it names none."""
    read = ports(texts)
    place = pl.DataFrame({"place": read}).select(reference.country_of_place("place")).to_series()
    return place.zip_with(place.is_not_null(), lands.found(texts)).alias(texts.name)


def _settled(texts: pl.Series, read: pl.Series, table: pl.DataFrame, beside: Beside) -> pl.Series:
    """`read` where the countries beside a name without a country do not speak against it."""
    alone = table.filter(pl.col("name").is_not_null()).select("text", "name")
    if alone.is_empty():
        return read
    rows = pl.DataFrame({"text": texts, "read": read, "near": beside()}).with_row_index("row")
    asked = rows.join(alone, on="text").explode("near", empty_as_null=True, keep_nulls=True).drop_nulls("near")
    towns = reference.towns().select("name", "is_port", near="country", locode="locode_in_country")
    towns = towns.join(alone.select("name").unique(), on="name", how="semi")
    coded = alone.filter(reference.is_place(pl.col("text").str.to_uppercase()))
    coded = coded.select(
        "name", near=pl.col("text").str.to_uppercase().str.head(2), locode=pl.col("text").str.to_uppercase()
    )
    both = pl.concat([towns, coded.with_columns(is_port=True).select(towns.columns)])
    found = asked.join(both, on=["name", "near"], how="left")
    agrees = (pl.col("near") == pl.col("read").str.head(2)) & _is_known("read")
    said = found.group_by("row").agg(
        agrees=agrees.any(),
        elsewhere=pl.col("locode").drop_nulls().unique(),
        times=pl.col("locode").drop_nulls().len(),
        is_port=pl.col("is_port").fill_null(False).any(),
    )
    rows = rows.join(said, on="row", how="left", maintain_order="left")
    other, one = pl.col("elsewhere").list.first(), pl.col("elsewhere").list.len() == 1
    is_known = _is_known("read")
    unclear = pl.col("text").str.to_uppercase() + _UNCLEAR
    return rows.select(
        pl.when(pl.col("agrees").fill_null(False) | (pl.col("elsewhere").list.len().fill_null(0) == 0))
        .then("read")
        .when(one & (other.str.len_chars() == 5) & (~is_known | (pl.col("is_port") & (pl.col("times") > 1))))
        .then(other)
        .when(is_known & (pl.col("times") < pl.col("near").list.len()))
        .then("read")
        .otherwise(unclear)
        .alias(read.name)
    ).to_series()


def _read_ports(distinct: pl.Series) -> pl.DataFrame:
    """Read each text once: `text`, `read`, the `name` that was looked up without a country, if any, and `slip`."""
    upper = pl.col("text").str.normalize("NFKC").str.to_uppercase()
    texts = pl.DataFrame({"text": distinct}).with_columns(upper=upper)
    texts = texts.with_columns(code=pl.col("upper").str.extract(_CODE, 1) + pl.col("upper").str.extract(_CODE, 2))
    usual = lookup.among(pl.col("code"), port_tables.usual()) | (pl.col("code") == NOWHERE)
    texts = texts.with_columns(usual=usual.fill_null(False))
    if texts["usual"].all():  # a column of codes: no table of names is needed
        return texts.select("text", read="code", name=pl.lit(None, pl.String), slip=False)
    others = texts.filter(~pl.col("usual"))
    rest = _remembered(others.filter(~pl.col("text").str.contains(_DEPENDS)))
    depending = others.filter(pl.col("text").str.contains(_DEPENDS))
    if depending.height:
        rest = pl.concat([rest, _looked_up(depending)])
    texts = texts.join(rest, on="text", how="left", maintain_order="left")
    return texts.select(
        "text", read=pl.when("usual").then("code").otherwise("read"), name="name", slip=pl.col("slip").fill_null(False)
    )


def _remembered(texts: pl.DataFrame) -> pl.DataFrame:
    """Look up those of `texts` that were never read before: `text`, `read`, `name`, `slip`."""
    asked = texts["text"].to_list()
    known = {text: _READ[text] for text in asked if text in _READ}
    new = texts.filter(pl.Series([text not in known for text in asked], dtype=pl.Boolean))
    if new.height:
        found = {text: (read, name, slip) for text, read, name, slip in _looked_up(new).iter_rows()}
        if len(_READ) + len(found) > _MOST_KEPT:
            _READ.clear()
        _READ.update(found)
        known |= found
    schema = {"text": pl.String, "read": pl.String, "name": pl.String, "slip": pl.Boolean}
    return pl.DataFrame([(text, *read) for text, read in known.items()], schema=schema, orient="row")


def _looked_up(texts: pl.DataFrame) -> pl.DataFrame:
    """Look up each of `texts` (with `upper` and `code`) in the tables of names: `text`, `read`, `name`, `slip`."""
    texts = texts.with_columns(coded=_is_known("code").fill_null(False), name=reference.place_name(pl.col("upper")))
    land = lookup.beside(pl.col("name"), lands.common(), "name", "code")
    named = lookup.among(pl.col("name"), port_tables.names()) | land.is_not_null()
    is_port = lookup.among(pl.col("code"), port_tables.ports())
    plain = pl.col("coded") & (~named | (is_port & ~lookup.among(pl.col("name"), port_tables.port_names())))
    texts = texts.with_columns(plain=plain)
    rest = _from_names(texts.filter(~pl.col("plain")).drop("name"))
    texts = texts.join(rest, on="text", how="left", maintain_order="left")
    return texts.select(
        "text",
        read=pl.when("plain").then("code").otherwise("found"),
        name="asked",
        slip=pl.col("slip").fill_null(False),
    )


def _from_names(texts: pl.DataFrame) -> pl.DataFrame:
    """Look up each text as a country, a town with its country or state, or a town: `text`, `found`, `asked`, `slip`."""
    texts = split(texts, reference.place_codes(), port_tables.names()).with_columns(
        pl.when(_is_known(name) & ~_is_name(name)).then(name).alias(name) for name in ("indian", "turned", "leading")
    )
    texts = texts.with_columns(
        full=reference.place_name(pl.col("upper")), bare=reference.place_name(bare(pl.col("upper")))
    ).with_columns(named=_is_name("full") | _is_name("bare"))
    # Only what may say a country is looked up as one.
    one = texts.filter(~pl.col("several"))
    endings = one.filter(~pl.col("named").fill_null(False))["ending"]
    pieces = texts.filter("several").select("first", "second", "last").get_columns()
    parts = pl.concat([one["upper"], endings, *pieces]).drop_nulls().unique()
    plain = reference.plain_name(pl.col("part"))
    is_region = lookup.among(plain, port_tables.regions()) & ~lookup.among(plain, lands.common()["name"])
    is_port = lookup.among(plain, port_tables.main_names()) & ~lookup.among(plain, lands.common()["name"])
    asked = pl.DataFrame({"part": parts}).with_columns(no_land=is_region | is_port)
    # The name of a main port is no country: that spares most files the names of countries in other languages.
    others = asked.filter(~pl.col("no_land"))["part"]
    found = pl.DataFrame({"part": others, "land": lands.found(others)})
    asked = asked.join(found, on="part", how="left", maintain_order="left")
    landed = {"upper": "country", "first": "first_land", "second": "second_land", "last": "land", "ending": "end_land"}
    for column, name in landed.items():
        texts = _with(texts, asked, column, "part", **{name: "land"})
    within_china = pl.coalesce(
        pl.when(pl.col(name).is_in(lands.OF_CHINA)).then(name) for name in ("first_land", "second_land")
    )
    texts = texts.with_columns(
        land=pl.when(pl.col("land") == "CN").then(pl.coalesce(within_china, "land")).otherwise("land"),
        country=pl.when(~pl.col("several")).then("country"),
    )
    turned = pl.col("first_land").is_not_null() & pl.col("land").is_null() & pl.col("several")  # 'CHINA - SHANGHAI'
    turned &= ~_is_in_state("first", "region")  # 'LEBANON, OHIO'
    ends = pl.col("end_land").is_not_null() & ~pl.col("several") & ~pl.col("named")
    texts = texts.with_columns(
        town=pl.when(turned).then("last").when(ends).then("start").otherwise("first"),
        land=pl.when(turned).then("first_land").when(ends).then("end_land").when(pl.col("several")).then("land"),
        region=pl.when(~turned & pl.col("several")).then("region").when(ends).then("ending"),
        several=pl.col("several") | ends,
    )
    texts = texts.with_columns(
        town=reference.place_name(pl.col("town")),
        bare_town=reference.place_name(bare(pl.col("town"))),
        other=reference.place_name(bare(pl.col("second"))),
        region=reference.plain_name(pl.col("region")),
    )
    alone, towns = port_tables.towns_alone(), port_tables.towns()
    texts = texts.with_columns(
        *(
            lookup.beside(pl.col(column), alone, "name", "locode").alias(f"{column}_alone")
            for column in ("full", "bare", "town", "bare_town")
        ),
        *(
            lookup.beside(port_tables.key(column, "land"), towns, "key", "locode").alias(f"{column}_there")
            for column in ("town", "bare_town", "other")
        ),
        head=pl.col("within").str.head(2),
    )
    there = lookup.among(port_tables.key("town", "head"), towns["key"])
    there |= lookup.among(port_tables.key("bare_town", "head"), towns["key"])
    return _choose(_with_regions(texts.with_columns(within_there=there.fill_null(False))))


def _choose(texts: pl.DataFrame) -> pl.DataFrame:
    """The first reading that fits: the text itself, in capitals, where none does."""
    several, land, state = pl.col("several"), pl.col("land"), pl.col("state")
    there = pl.coalesce("town_there", "bare_town_there")
    two = pl.col("slashed") & pl.col("other_there").is_not_null() & (pl.col("other_there") != there)
    two |= pl.col("slashed") & land.is_null() & state.is_null()
    two |= pl.col("bracketed") & _is_main("other") & (pl.col("other_there") != there)
    # A port of the country's name is meant only where that is how the country's port is called: Singapore, Djibouti.
    names_port = (pl.col("full_alone").str.head(2) == pl.col("country")) & _is_main("full")
    known = _is_name("town") | _is_name("bare_town")
    elsewhere = (known | pl.col("is_shared")) & there.is_null()
    # A code that contradicts the country, or the main port, beside it is a slip.
    head = pl.col("within").str.head(2)
    is_main = _is_main("town") & ~lookup.among(pl.col("within"), port_tables.ports())
    astray = (head != land.fill_null(head)) | ((there != pl.col("within")) & is_main)
    astray |= known & ~pl.col("within_there") & pl.col("bracketed")
    tail = lookup.among(pl.col("upper"), port_tables.tails()) & (pl.col("upper") != "USA")
    first_head = pl.col("leading").str.head(2)
    named_first = lookup.among(pl.concat_str("other", first_head, separator="|"), port_tables.towns()["key"])
    is_airport = tail & (pl.col("upper").str.len_chars() == 3)
    alone = pl.when(~several).then(pl.coalesce("full_alone", "bare_alone", "town_alone", "bare_town_alone"))
    asked = pl.when(~several & pl.col("country").is_null()).then(
        pl.when(_is_name("full")).then("full").otherwise("bare")
    )
    first = pl.coalesce(
        # The name of a main port that is the code of another place (Aqaba), or the name of any other place.
        pl.when(pl.col("coded") & _is_main("full")).then("full_alone"),
        pl.when("coded").then(pl.col("upper") + _UNCLEAR),
        "indian",
        pl.when(names_port).then("full_alone"),
        pl.when(~is_airport).then("country"),
        pl.when(~astray.fill_null(False)).then("within"),
        pl.when(several & _is_main("full")).then("full_alone"),
        pl.when(several).then(pl.when(_is_name("full")).then("full_alone")),
        pl.when(two).then("upper"),
        pl.when(several).then("state_found"),
        # A town that the state does not have: the country alone is known.
        pl.when(several & pl.col("home").is_not_null() & (~_is_main("town") | pl.col("other_state"))).then("home"),
        pl.when(several).then(there),
        pl.when(~several | (pl.coalesce(land, state, first_head) == first_head) | named_first).then("leading"),
        pl.when(several & land.is_not_null() & state.is_null() & ~elsewhere & ~pl.col("bracketed")).then(land),
        pl.when(several & land.is_not_null() & ~elsewhere & pl.col("within").is_null()).then(land),
        pl.when(several & land.is_null()).then("state"),
        pl.when(several & land.is_null() & state.is_null() & pl.col("bracketed")).then(
            pl.coalesce("town_alone", "bare_town_alone")
        ),
        alone,
        pl.when(~several).then("turned"),
        lookup.beside(pl.col("upper"), port_tables.abbreviations(), "tail", "locode"),
        "upper",
    )
    read = texts.select("text", "town", "bare_town", "land", "several", "upper", asked=asked, found=first)
    return misspelt.mended(read)


def _with_regions(texts: pl.DataFrame) -> pl.DataFrame:
    """Add what a state or province after the town says: `state` (its country), `state_found` (UN/LOCODE), `home`.

    Boolean: `other_state`, the main port of the name is in another state; `is_shared`, the name of the country is also
    that of a state, and the country has no such town: SAVANNAH, GEORGIA.
    """
    asked = texts.filter(pl.col("several"), pl.col("region").is_not_null())
    asked = asked.select("text", "town", "region", "land", "bracketed", "town_there", "bare_town_there")
    if asked.is_empty():
        nothing = [pl.lit(None, pl.String).alias(name) for name in ("state", "state_found", "home")]
        return texts.with_columns(*nothing, other_state=False, is_shared=False)
    asked = asked.join(port_tables.subdivisions(), left_on="region", right_on="name")
    is_same = (pl.col("land") == pl.col("country")).fill_null(True)
    is_code = pl.col("region").str.len_chars() <= 3
    is_shared = ~is_same & ~is_code & (pl.col("country") == "US")
    is_shared &= ~pl.col("bracketed") & pl.col("town_there").is_null() & pl.col("bare_town_there").is_null()
    asked = asked.with_columns(is_shared=is_shared).filter(is_same | is_code | is_shared)
    main = lookup.beside(port_tables.key("town", "country"), port_tables.main_towns(), "key", "locode")
    division = lookup.beside(main, port_tables.divisions(), "locode", "division")
    other_state = pl.col("country").is_in(_WITH_STATES) & (division != pl.col("division")).fill_null(False)
    found = asked.with_columns(
        other_state=other_state,
        main=pl.when(~other_state).then(main),
        listed=lookup.beside(
            port_tables.key("town", "country", "division"), port_tables.towns_in_states(), "key", "locode"
        ),
    )
    named = pl.coalesce("main", "listed").drop_nulls()
    states = found.group_by("text").agg(
        state=pl.when(pl.col("country").is_in(["US", "CA"]).any())
        .then(pl.col("country").filter(pl.col("country").is_in(["US", "CA"])).first())
        .when(pl.col("country").n_unique() == 1)
        .then(pl.col("country").first()),
        state_found=pl.when(named.n_unique() == 1).then(named.first()),
        home=pl.when((pl.col("land") == pl.col("country")).any()).then(pl.col("land").first()),
        other_state=pl.col("other_state").any(),
        is_shared=pl.col("is_shared").any(),
    )
    texts = texts.join(states, on="text", how="left", maintain_order="left")
    return texts.with_columns(pl.col("other_state", "is_shared").fill_null(False))


def _is_in_state(town: str, region: str) -> pl.Expr:
    """Whether the `region` of the US has a town of that name."""
    state = lookup.beside(reference.plain_name(pl.col(region)), port_tables.states(), "name", "division")
    here = pl.concat_str(reference.place_name(pl.col(town)), pl.lit("US"), state, separator="|")
    return lookup.among(here, port_tables.towns_in_states()["key"]).fill_null(False)


def _with(texts: pl.DataFrame, table: pl.DataFrame, column: str, key: str, **wanted: str) -> pl.DataFrame:
    """Add columns of `table` to `texts`: new name -> name in `table`, for rows whose `column` is its `key`."""
    lookup = table.select(pl.col(key).alias(column), *(pl.col(old).alias(new) for new, old in wanted.items()))
    return texts.join(lookup, on=column, how="left", maintain_order="left")


def _is_known(column: str) -> pl.Expr:
    return lookup.among(pl.col(column), reference.place_codes())


def _is_name(column: str) -> pl.Expr:
    return lookup.among(pl.col(column), port_tables.names())


def _is_main(column: str) -> pl.Expr:
    return lookup.among(pl.col(column), port_tables.main_names())
