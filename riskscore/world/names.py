"""Names: invented firms, streets and ships, in the spellings that occur on shipping papers.

    identity (a number) ─▶ NAME = words of the country's language + trade word + legal form

A name is a function of the identity, so that a firm keeps it; `spelling` chooses among the ways to write it. Words are
combined from syllables of the language and have no meaning.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl

from riskscore.world.draws import Hashes, Ints, below, gather, mix

_SYLLABLES = {
    "en": "bar ran dal mor ton wes hal ker lin bro cal den fen gar hol ash nor pel rid sto tar ven wil har lan",
    "fr": "bel mon cha rou vil lau dre mar ney sou tel gui nor bou ver lac pra sel car rau fon del mir ont ual",
    "es": "san mar ter vil lo ra mon cas tel ver cor dal gue rio sol al ba con pal mira den ros ve ga lin",
    "pt": "bra sil var mon tei ro cam pos lei ria sal gua dal mar fer nol cos tan vel pi nha rou cal des",
    "de": "berg hof mann stein wald feld bach kel ler wei den bur gel hal ten rau sch ner lin dor fen stau mei rot",
    "it": "bel lo ran zi mon ta ver di cor ti sal va gra ni fer ra mar co pol li tor re san lu ca",
    "nl": "van der hol meer dijk bos kamp vel den haar lem wes ter broek zand ou de hoek duin schel ro ter mon",
    "ru": "vol ga nev sky dom ros tek sib gra nov lad ogor kra mir zav bel tor gov sor ural prom ter vos kam",
    "pl": "kra wol ska mar bor now dol lub zam wis pol gor tar cze row sta nik mir bud ros lan osz wie",
    "ar": "al mah noor sal har din raz zah far qam bas rah jab nah daf sur wad hil maz kar had tal",
    "tr": "ak den yil maz kar sel ozt urk dem ir top cel gun ay bir can kay mer tas yol ham ulu er",
    "fa": "par sa mehr dad ira naz shah rok kav ehr tab bah man zar gol far hag kam ran sep id",
    "zh": "hua xin tai heng jin rui feng yuan da tong hong long sheng cheng hai ming zhong li jia yong kang bo wei",
    "vi": "minh phat thanh hung tien dat an phu loc nam viet hoang gia long duc tan binh kim son bao hai quang thinh",
    "ms": "mur ni jaya ban tan sri per dana sel amat indah raya wang sa kti bum intan mega suria teras wira maju",
    "id": "su mber ja ya ban tra makmur sen tosa mit ra kar abadi lest ari per kasa pra tama ind utama cita dwi",
    "th": "sri thai chai wat boon sap rung ruang pha nit cha ron siam kit thana porn suk some dee pat wan",
    "km": "phnom ang kor mekh sok chea ra tana vann sam bo kham srey pich sov dara veas na",
    "hi": "shri ram lak shmi gan esh vij ay raj kri shna mah esh bal aji sur ya dev om jai prem anand",
    "ur": "al ham sid diq fai sal kar im rah man chen ab shal imar ind us mal ik zam ravi lah gul",
    "bn": "pad ma megh na jam una sun dar ban kar im rah ulla cho wdh shah mir pur gan jes dha",
    "ko": "dae sung han kook woo jin dong il kyung nam sam ho shin ki yang tae hwa bo seo in ju",
    "ja": "yama kawa naka mura taka hashi mori shima ono saka fuji kita hama matsu ishi hara kuro sato tani no",
    "sw": "sa fari jam bo mwa nan chi baha ri ki li ma nja ro si mba twi ga uhu ru pwani ka zi",
    "am": "ab ays sin ia hab esh axum gon dar tan awash sheb ele kal dib had is zew",
    "uk": "dni pro kyi dol lviv ska ter nop karp zor mir bud kol os ukr zah slav khar pol tava",
}
_ALIKE = {"da": "nl", "sv": "nl", "no": "nl", "fi": "nl", "el": "it", "ro": "it", "cs": "pl", "sk": "pl", "hu": "pl",
          "bg": "ru", "sr": "ru", "hr": "pl", "sl": "pl", "lt": "pl", "lv": "pl", "et": "pl", "ka": "ru", "hy": "ru",
          "kk": "ru", "uz": "ru", "mn": "ru", "lo": "th", "my": "km", "si": "hi", "ne": "hi", "ta": "hi", "tl": "es",
          "he": "ar", "so": "ar", "mg": "sw", "af": "nl", "sq": "it", "is": "nl"}  # fmt: skip
"""Languages that use the syllables of another language."""

_TRADES = (
    "TRADING", "IMPORT EXPORT", "INTERNATIONAL", "ENTERPRISE", "INDUSTRIES", "COMMERCIAL", "GROUP", "HOLDINGS",
    "RESOURCES", "PRODUCTS", "SUPPLY", "GENERAL TRADING", "AGRO", "FOODS", "TIMBER", "WOOD", "PLASTICS", "METALS",
    "SEAFOOD", "TEXTILES", "MACHINERY", "CHEMICALS", "GARMENTS", "HARDWARE", "BUILDING MATERIALS", "ELECTRONICS",
    "FURNITURE", "PAPER", "AUTO PARTS", "MINERALS", "COMMODITIES", "FRUITS", "MANUFACTURING", "DISTRIBUTION",
    "MARKETING", "TECHNOLOGY", "INVESTMENT", "DEVELOPMENT", "BROTHERS", "RECYCLING", "MARINE PRODUCTS", "STONE",
    "PACKAGING", "EQUIPMENT", "COTTON",
)  # fmt: skip
_SPELLED = {"IMPORT EXPORT": "IMP. & EXP.", "INTERNATIONAL": "INT'L", "INDUSTRIES": "IND.", "TRADING": "TRDG",
            "MANUFACTURING": "MFG", "ENTERPRISE": "ENT.", "GENERAL TRADING": "GEN. TRADING", "PRODUCTS": "PROD.",
            "TECHNOLOGY": "TECH", "DEVELOPMENT": "DEV", "BROTHERS": "BROS", "DISTRIBUTION": "DISTR."}  # fmt: skip
_FORWARDING = (
    "LOGISTICS", "FREIGHT FORWARDING", "INTERNATIONAL FORWARDING", "SHIPPING", "FREIGHT SERVICES", "CARGO",
    "GLOBAL LOGISTICS", "SHIPPING AGENCY", "INTERNATIONAL LOGISTICS", "CLEARING AND FORWARDING", "TRANSPORT",
    "CARGO SERVICES", "SUPPLY CHAIN", "LINES AGENCY",
)  # fmt: skip

_FORMS = {
    "en": ("LTD|LIMITED|LTD.|CO LTD", "LIMITED|LTD|LTD.", "INC|INC.|INCORPORATED", "LLC|L.L.C.|LLC"),
    "fr": ("SARL|S.A.R.L.|SARL", "SA|S.A.|SA", "SAS|S.A.S.|SAS"),
    "es": ("SA|S.A.|S A", "SA DE CV|S.A. DE C.V.|SA DE CV", "SRL|S.R.L.|SRL", "CIA LTDA|CIA. LTDA.|CIA LTDA"),
    "pt": ("LTDA|LTDA.|LIMITADA", "LDA|LDA.|LIMITADA", "SA|S/A|S.A."),
    "de": ("GMBH|G.M.B.H.|GMBH", "GMBH & CO KG|GMBH & CO. KG|GMBH + CO KG", "AG|AG|A.G."),
    "it": ("SRL|S.R.L.|SRL", "SPA|S.P.A.|SPA"),
    "nl": ("BV|B.V.|BV", "NV|N.V.|NV"),
    "zh": ("CO LTD|CO., LTD.|COMPANY LIMITED|CO.,LTD", "CO., LIMITED|CO LTD|COMPANY LTD"),
    "vi": ("CO LTD|CO., LTD|COMPANY LIMITED", "JSC|JOINT STOCK COMPANY|J.S.C."),
    "th": ("CO LTD|CO., LTD.|COMPANY LIMITED",),
    "ms": ("SDN BHD|SDN. BHD.|SENDIRIAN BERHAD",),
    "id": ("PT|PT.|P.T.",),
    "hi": ("PVT LTD|PVT. LTD.|PRIVATE LIMITED", "LTD|LIMITED|LTD."),
    "ru": ("LLC|OOO|L.L.C.", "JSC|AO|J.S.C."),
    "pl": ("SP ZOO|SP. Z O.O.|SP Z O O",),
    "tr": ("AS|A.S.|ANONIM SIRKETI", "LTD STI|LTD. STI.|LIMITED SIRKETI"),
    "ar": ("LLC|L.L.C|LLC", "EST|ESTABLISHMENT|EST.", "FZE|FZE|F.Z.E."),
    "ko": ("CO LTD|CO., LTD.|CO.,LTD",),
    "ja": ("CO LTD|CO., LTD.|K.K.",),
}
_FORMS_ALIKE = {"ur": "hi", "bn": "hi", "si": "hi", "ne": "hi", "km": "th", "my": "th", "lo": "th", "fa": "ar",
                "uk": "ru", "kk": "ru", "cs": "pl", "sk": "pl"}  # fmt: skip

_STREETS = {
    "en": "STREET|ROAD|AVENUE|INDUSTRIAL AREA|CLOSE|LANE", "fr": "RUE|AVENUE|BOULEVARD|ZONE INDUSTRIELLE|BP ROUTE",
    "es": "CALLE|AVENIDA|CARRERA|ZONA INDUSTRIAL|KM", "pt": "RUA|AVENIDA|TRAVESSA|ESTRADA",
    "de": "STRASSE|WEG|ALLEE|RING", "it": "VIA|VIALE|CORSO|ZONA INDUSTRIALE",
    "zh": "ROAD|STREET|INDUSTRIAL PARK|AVENUE",
    "vi": "STREET|ROAD|WARD|DISTRICT", "ar": "STREET|ROAD|INDUSTRIAL AREA|FREE ZONE", "id": "JALAN|JL|KAWASAN INDUSTRI",
    "ms": "JALAN|LORONG|TAMAN", "hi": "ROAD|NAGAR|MARG|GIDC ESTATE", "nl": "STRAAT|WEG|KADE", "tr": "CADDESI|SOKAK",
}  # fmt: skip

WORDS = 4096
"""Number of invented words per language."""


def tongue(language: str) -> str:
    """Return the language whose syllables are used for `language` (ISO 639-1)."""
    known = _ALIKE.get(language, language)
    return known if known in _SYLLABLES else "en"


@cache
def tongues() -> tuple[str, ...]:
    """Return the languages with their own syllables, in the order of their numbers."""
    return tuple(_SYLLABLES)


def tongue_number(language: str) -> int:
    """Return the number of the language for the other functions."""
    return tongues().index(tongue(language))


@cache
def _words() -> pl.Series:
    """Return the invented words of all languages, one language after the other."""
    made: list[str] = []
    for number, language in enumerate(tongues()):
        syllables = _SYLLABLES[language].upper().split()
        picks = below(mix(number, np.arange(WORDS)[:, None], np.arange(3)[None, :]), len(syllables))
        made.extend("".join(syllables[pick] for pick in row[: 2 if word % 3 else 3]) for word, row in enumerate(picks))
    return pl.Series(made)


@cache
def _forms() -> tuple[pl.Series, np.ndarray, np.ndarray]:
    """Return spellings of legal forms, three per form, with the first spelling and number of forms of each language."""
    texts: list[str] = []
    first, count = [], []
    for language in tongues():
        forms = _FORMS.get(_FORMS_ALIKE.get(language, language), _FORMS["en"])
        first.append(len(texts))
        count.append(len(forms))
        for form in forms:
            spellings = form.split("|")
            texts.extend((spellings * 3)[:3])
    return pl.Series(texts), np.array(first), np.array(count)


def firms(identity: Hashes, tongue_numbers: Ints, spelling: Ints) -> pl.Series:
    """Return names of firms. `spelling` 0 is the firm's own spelling, 1 to 5 are other spellings of the same name."""
    first = tongue_numbers * WORDS + below(mix(identity, 1), WORDS)
    second = tongue_numbers * WORDS + below(mix(identity, 2), WORDS)
    second = np.where(below(mix(identity, 3), 10) < 7, second, -1)
    trade = below(mix(identity, 4), len(_TRADES))
    trade = np.where(below(mix(identity, 5), 10) < 9, trade, -1)
    short = (spelling == 2) | (spelling == 4)
    trades = pl.Series([*_TRADES, *(_SPELLED.get(word, word) for word in _TRADES)])
    frame = pl.DataFrame(
        [
            gather(_words(), first).alias("first"),
            gather(_words(), second).alias("second"),
            gather(trades, np.where(short & (trade >= 0), trade + len(_TRADES), trade)).alias("trade"),
            _legal(identity, tongue_numbers, spelling).alias("form"),
        ]
    )
    before = frame["form"].str.contains(r"^P\.?T\.?$").fill_null(False)
    return frame.select(
        pl.when(before)
        .then(pl.concat_str("form", "first", "second", "trade", separator=" ", ignore_nulls=True))
        .otherwise(pl.concat_str("first", "second", "trade", "form", separator=" ", ignore_nulls=True))
    ).to_series()


def _legal(identity: Hashes, tongue_numbers: Ints, spelling: Ints) -> pl.Series:
    texts, first, count = _forms()
    form = first[tongue_numbers] + 3 * below(mix(identity, 6), count[tongue_numbers])
    return gather(texts, np.where(spelling == 5, -1, form + np.minimum(spelling, 4) % 3))


def forwarders(identity: Hashes, tongue_numbers: Ints, spelling: Ints) -> pl.Series:
    """Return names of forwarders, shipping agents and logistics firms; `spelling` as for `firms`."""
    word = tongue_numbers * WORDS + below(mix(identity, 1), WORDS)
    return (
        pl.DataFrame(
            [
                gather(_words(), word).alias("word"),
                gather(pl.Series(_FORWARDING), below(mix(identity, 2), len(_FORWARDING))).alias("trade"),
                _legal(identity, tongue_numbers, spelling).alias("form"),
            ]
        )
        .select(pl.concat_str("word", "trade", "form", separator=" ", ignore_nulls=True))
        .to_series()
    )


def banks(identity: Hashes, tongue_numbers: Ints) -> pl.Series:
    """Return names of banks, for bills to order."""
    word = tongue_numbers * WORDS + below(mix(identity, 1), WORDS)
    kind = pl.Series(["COMMERCIAL BANK", "BANK", "TRADE BANK", "INVESTMENT BANK"])
    return pl.select(
        pl.concat_str(gather(_words(), word), gather(kind, below(mix(identity, 2), 4)), separator=" ")
    ).to_series()


@cache
def _streets() -> tuple[pl.Series, np.ndarray, np.ndarray]:
    texts: list[str] = []
    first, count = [], []
    for language in tongues():
        words = _STREETS.get(language, _STREETS["en"]).split("|")
        first.append(len(texts))
        count.append(len(words))
        texts.extend(words)
    return pl.Series(texts), np.array(first), np.array(count)


PLAIN, PO_BOX, RESIDENTIAL, SHARED = range(4)
"""Kinds of address: a street, a post office box, a home, an office address that many firms share."""


def addresses(identity: Hashes, tongue_numbers: Ints, kind: Ints, city: pl.Series) -> pl.Series:
    """Return addresses in `city` of the given kinds; the same identity and kind always have the same one."""
    texts, first, count = _streets()
    building = np.where(kind == SHARED, mix(tongue_numbers, below(identity, 60)), identity)
    number = 1 + below(mix(building, 11), 480)
    word = tongue_numbers * WORDS + below(mix(building, 12), WORDS)
    street = first[tongue_numbers] + below(mix(building, 13), count[tongue_numbers])
    box = 10 + below(mix(building, 14), 48_000)
    room = 1 + below(mix(identity, 15), 60)
    home = pl.Series(["FLAT ", "APARTMENT ", "ROOM ", "HOUSE NO "])
    return pl.DataFrame(
        [
            pl.Series("number", number), pl.Series("box", box), pl.Series("room", room), pl.Series("kind", kind),
            gather(_words(), word).alias("word"), gather(texts, street).alias("street"), city.alias("city"),
            gather(home, below(mix(identity, 16), 4)).alias("home"),
        ]
    ).select(
        pl.when(pl.col("kind") == PO_BOX)
        .then(pl.format("P.O. BOX {} {}", "box", "city"))
        .when(pl.col("kind") == RESIDENTIAL)
        .then(pl.format("{}{}, {} {} {}, {}", "home", "room", "number", "word", "street", "city"))
        .when(pl.col("kind") == SHARED)
        .then(pl.format("SUITE {}, {} {} {}, {}", "room", "number", "word", "street", "city"))
        .otherwise(pl.format("{} {} {}, {}", "number", "word", "street", "city"))
    ).to_series()  # fmt: skip


_SHIPS = ("STAR", "EXPRESS", "BRIDGE", "SPIRIT", "GLORY", "HORIZON", "PIONEER", "TRADER", "WAVE", "CREST")


def vessels(seed: int, count: int) -> tuple[pl.Series, pl.Series]:
    """Return names and IMO numbers (seven digits, correct check digit) of `count` ships."""
    identity = mix(seed, 71, np.arange(count))
    tongue_numbers = below(mix(identity, 1), len(tongues()))
    word = tongue_numbers * WORDS + below(mix(identity, 2), WORDS)
    kind = gather(pl.Series(_SHIPS), below(mix(identity, 3), len(_SHIPS)))
    name = pl.select(pl.concat_str(gather(_words(), word), kind, separator=" ")).to_series()
    digits = 910_000 + np.arange(count) * 37 % 80_000
    weights = (digits[:, None] // 10 ** np.arange(5, -1, -1)) % 10
    check = (weights * np.arange(7, 1, -1)).sum(axis=1) % 10
    return name, pl.Series("imo", [f"{body}{digit}" for body, digit in zip(digits, check, strict=True)])
