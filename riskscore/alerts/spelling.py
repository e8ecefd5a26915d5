"""Read the name of a firm in any script: its distinctive words, common words, places and numbers.

    "深圳市海安进出口有限公司"               ─┐
    "Shenzhen Haian Import & Export Co"     ─┼─▶ distinctive: haian · common: import export · place: shenzhen
    "HAI AN IMP. EXP. (SHENZHEN) LTD"       ─┘   (joined: haian)

Business words and places are translated by a table (features/reference/trade_words.csv); the rest is transliterated
into Latin letters. Each name is read by itself, so a match depends on the two names alone.
"""

# ruff: noqa: RUF001  this module is about letters of other scripts

from __future__ import annotations

import re
from functools import cache

import polars as pl
from anyascii import anyascii

from riskscore import reference
from riskscore.alerts import sounds
from riskscore.parties import names

SCRIPTS = {
    "Chinese": r"\p{Han}",
    "Arabic": r"\p{Arabic}",
    "Cyrillic": r"\p{Cyrillic}",
    "Korean": r"\p{Hangul}",
    "Thai": r"\p{Thai}",
}
"""Scripts that are recognised; everything else counts as Latin."""

UNSPACED = r"[\p{Han}\p{Hangul}\p{Thai}\p{Hiragana}\p{Katakana}]"
_SEPARATORS = r"[-–—_,;:()\[\]{}\"'«»“”„‘’/\\&+*·|]"
_SIMPLE = str.maketrans(
    "華龍東國廣興豐業發達匯寶聯順運貿鴻億萬來麗義陽隆榮樂頂創凱滙盧陳張黃劉吳鄭趙楊許鄧馮謝關聖賢遠鑫誠輝銀鐵飛雲長門馬風鳳齊偉雙貝藍號樓層區縣鎮鄉灣島",
    "华龙东国广兴丰业发达汇宝联顺运贸鸿亿万来丽义阳隆荣乐顶创凯汇卢陈张黄刘吴郑赵杨许邓冯谢关圣贤远鑫诚辉银铁飞云长门马风凤齐伟双贝蓝号楼层区县镇乡湾岛",
)
"""Traditional characters that are common in names -> their simplified forms."""

_ARABIC = {"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ـ": ""}
_JOINING = ["va", "ve", "dan", "wa", "und", "og", "och"]
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9"}
_NUMBER = r"^\d+[a-z]?$"
_ARABIC_FORM = (
    r"(?:^|\s)(?:[\x{0621}-\x{064A}][.\s]+){2,4}[\x{0621}-\x{064A}]\.?(?:\s|$)"
    r"|ذات (?:ال)?مسؤولية (?:ال)?محدودة|المحدودة|محدودة"
)
"""Legal forms in Arabic: initials of three or more words, and "limited"."""

SOFT = frozenset(
    ("company", "group", "general", "international", "global", "enterprise", "holding", "sons", "brothers")
)
"""Common words that firms often add or omit."""

CLASSES = {
    "trade": ("trading", "import", "export", "commercial", "business", "wholesale", "distribution", "marketing"),
    "carriage": ("logistics", "freight", "forwarding", "shipping", "transport", "marine", "agency", "warehouse"),
    "making": ("manufacturing", "industry", "product"),
    "technology": ("technology", "electronic", "electric"),
    "money": ("investment", "development", "holding"),
}
"""Common words with nearly the same meaning."""

_LISTS = ("distinctive", "common", "place", "number")
READ = {
    "name": pl.String,
    **dict.fromkeys(_LISTS, pl.List(pl.String)),
    "joined": pl.String,
    "ordered": pl.String,
    "script": pl.String,
    "glyphs": pl.String,
    "skeleton": pl.String,
}
"""Columns of read names. `joined`: the distinctive words in their written order, without spaces. `ordered`: the same
folded and in alphabetical order. `glyphs`: the distinctive words of a Chinese name in simplified characters.
`skeleton`: their consonants."""


def read(texts: pl.Series) -> pl.DataFrame:
    """Read each of `texts` (String, distinct, not null); returns READ in the order of `texts`.

    A text without any word has no distinctive words.
    """
    plain = texts.str.slice(0, names.MAX_CHARS).str.normalize("NFKC")
    foreign = names.is_foreign(plain)
    translated = names.where(plain, foreign, _translated)
    spelt = _phrases(names.spelt_out(translated))
    words = pl.DataFrame({"row": pl.int_range(texts.len(), eager=True), "word": spelt.str.split(" ")})
    words = words.explode("word").filter(pl.col("word").fill_null("") != "", ~pl.col("word").is_in(_JOINING))
    words = words.with_columns(pl.col("word").replace(_plurals()))
    kind = words["word"].replace_strict(_kinds(), default="distinctive", return_dtype=pl.String)
    words = words.with_columns(pl.col("word").replace(_ROMAN), kind=kind)
    is_number = pl.col("word").str.contains(_NUMBER)
    words = words.with_columns(kind=pl.when(is_number).then(pl.lit("number")).otherwise("kind"))
    by_kind = words.group_by("row", maintain_order=True).agg(
        *(pl.col("word").filter(pl.col("kind") == name).alias(name) for name in _LISTS)
    )
    lists = pl.DataFrame({"row": pl.int_range(texts.len(), eager=True)}).join(
        by_kind, on="row", how="left", maintain_order="left"
    )
    lists = lists.with_columns(pl.col(_LISTS).fill_null(empty_list()))
    # A name of common words and places only is identified by these.
    has_distinctive, has_place = (pl.col(name).list.len() > 0 for name in ("distinctive", "place"))
    lists = lists.with_columns(
        distinctive=pl.when(has_distinctive).then("distinctive").when(has_place).then("place").otherwise("common")
    )
    script = pl.select(pl.coalesce(*(pl.when(plain.str.contains(p)).then(pl.lit(n)) for n, p in SCRIPTS.items())))
    joined = lists["distinctive"].list.join("")
    return pl.DataFrame(
        {
            "name": texts,
            **{name: lists[name] for name in _LISTS},
            "joined": joined,
            "ordered": _ordered(lists["distinctive"]),
            "script": script.to_series().fill_null("Latin"),
            "glyphs": _glyphs(translated),
        }
    ).with_columns(skeleton=sounds.skeletons(translated, lists["distinctive"]))


def empty_list() -> pl.Expr:
    """An empty list of texts. A plain literal has no element type, so Polars cannot combine it with a typed list."""
    return pl.lit(pl.Series([[]], dtype=pl.List(pl.String))).first()


def _translated(text: pl.Expr) -> pl.Expr:
    """Translate business words and places in scripts other than Latin; keep the rest."""
    for old, new in _ARABIC.items():
        text = text.str.replace_all(old, new, literal=True)
    unspaced, spaced = _foreign_words()
    _, forms = names.legal_forms()
    text = text.str.replace_all("(주)", " ", literal=True)
    text = text.str.replace_all(forms, " ").str.replace_all(_ARABIC_FORM, " ")
    text = text.str.replace_all(r"[\x{064B}-\x{0652}]", "").str.to_lowercase()
    text = text.str.replace_many(list(unspaced), [f" {word} " for word in unspaced.values()], leftmost=True)
    return replace_phrases(text.str.replace_all(_SEPARATORS, " "), spaced)


def _phrases(spelt: pl.Series) -> pl.Series:
    """Translate the words of the table that are in Latin letters."""
    return spelt.to_frame("text").select(replace_phrases(pl.col("text"), _latin_words())).to_series()


def replace_phrases(text: pl.Expr, phrases: dict[str, str]) -> pl.Expr:
    """Replace whole words and phrases, longest first. Spaces are doubled, so that neighbouring words can both match."""
    wide = pl.concat_str(pl.lit(" "), text.str.replace_all(r"\s+", "  "), pl.lit(" "))
    old = [f" {phrase.replace(' ', '  ')} " for phrase in phrases]
    new = [f" {word.replace(' ', '  ')} " for word in phrases.values()]
    return wide.str.replace_many(old, new, leftmost=True).str.replace_all(r"\s+", " ").str.strip_chars()


@cache
def table(*kinds: str) -> dict[str, str]:
    """Word -> its English word, for these kinds, longest words first."""
    rows = reference.trade_words().filter(pl.col("kind").is_in(kinds)).select("word", "canonical").iter_rows()
    english = {_normal(word): canonical for word, canonical in rows}
    return dict(sorted(english.items(), key=lambda pair: (-len(pair[0]), pair[0])))


def _normal(word: str) -> str:
    for old, new in _ARABIC.items():
        word = word.replace(old, new)
    return re.sub(r"\s+", " ", word.lower()).strip()


@cache
def _foreign_words() -> tuple[dict[str, str], dict[str, str]]:
    """Words in scripts without spaces, and words in the other scripts that are not Latin."""
    words = table("business", "place")
    foreign = [word for word in words if re.search(r"[^\u0000-\u024F\u1E00-\u1EFF]", word)]
    unspaced = pl.Series(foreign).str.contains(UNSPACED).to_list()
    return (
        {word: words[word] for word, is_unspaced in zip(foreign, unspaced, strict=True) if is_unspaced},
        {word: words[word] for word, is_unspaced in zip(foreign, unspaced, strict=True) if not is_unspaced},
    )


@cache
def _latin_words() -> dict[str, str]:
    words = table("business", "place")
    cyrillic = {anyascii(word).lower(): words[word] for word in words if re.search(r"[\u0400-\u04FF]", word)}
    latin = {anyascii(word): words[word] for word in words if not re.search(r"[^\u0000-\u024F\u1E00-\u1EFF]", word)}
    both = {word: english for word, english in (cyrillic | latin).items() if word and len(word) > 1}
    return dict(sorted(both.items(), key=lambda pair: (-len(pair[0]), pair[0])))


@cache
def countries() -> frozenset[str]:
    """Words that name countries."""
    short_names = {"hongkong", "china", "vietnam", "taiwan", "uae", "russia", "egypt", "germany", "india"}
    return frozenset(short_names | set(_words_of(reference.countries()["name"].to_list())))


@cache
def _kinds() -> dict[str, str]:
    """Word -> its kind, common or place."""
    common = names.common_words() | set(_words_of(table("business").values()))
    place = set(_words_of(table("place").values())) | countries()
    return dict.fromkeys(place, "place") | dict.fromkeys(common, "common")


@cache
def _plurals() -> dict[str, str]:
    """Plural of each common word -> the word."""
    return {f"{word}s": word for word, kind in _kinds().items() if kind == "common"}


def _words_of(texts: object) -> list[str]:
    words = [word for text in texts for word in re.findall(r"[a-z]+", anyascii(str(text)).lower())]  # type: ignore[attr-defined]
    return [word for word in words if len(word) > 2]


def _ordered(words: pl.Series) -> pl.Series:
    """Fold each list of words, sort it alphabetically and join it without spaces."""
    flat = words.explode()
    distinct = flat.drop_nulls().unique()
    plain = pl.Series([sounds.fold(word) for word in distinct], dtype=pl.String)
    folded = flat.replace_strict(distinct, plain, default=None, return_dtype=pl.String)
    numbers = pl.int_range(words.len(), eager=True)
    rows = pl.DataFrame({"row": numbers.repeat_by(words.list.len()).explode(), "word": folded})
    joined = rows.drop_nulls().group_by("row").agg(pl.col("word").sort().str.join(""))
    every = pl.DataFrame({"row": numbers})
    return every.join(joined, on="row", how="left", maintain_order="left")["word"].fill_null("")


def _glyphs(translated: pl.Series) -> pl.Series:
    """Chinese characters that are not business word, place or legal form; '' for none."""
    han = translated.str.contains(r"\p{Han}").fill_null(False)
    if not han.any():
        return pl.repeat("", translated.len(), dtype=pl.String, eager=True)
    bare = translated.filter(han).str.replace_all(r"[^\p{Han}]", "")
    simplified = pl.Series([text.translate(_SIMPLE) for text in bare], dtype=pl.String)
    return pl.repeat("", translated.len(), dtype=pl.String, eager=True).scatter(han.arg_true(), simplified)
