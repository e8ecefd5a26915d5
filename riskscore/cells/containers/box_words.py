"""Patterns of what stands in the cells of container numbers: numbers, sizes, counts, labels, words.

All are regular expressions for texts in capitals (NFKC). Names in capitals are parts of others.
"""

from __future__ import annotations

PLAIN = r"^[A-Z]{4}[0-9]{7}$"
USUAL = r"^[A-Z]{4}[0-9]{6,7}$"
LIKE = r"^\p{Lu}{4}[\p{Lu}0-9]{6,7}$"
FULL = r"\b[A-Z]{4}[ ._-]{0,2}[0-9]{3}[ .]?[0-9]{3} ?[./_-]? ?\(?[0-9]\b\)?"
SPACED = r"^[A-Z]{4}[ ._-]{0,2}[0-9]{3}[ .]?[0-9]{3} ?[./_-]? ?\(?[0-9]\)?$"
SHORT = r"\b[A-Z]{3}[UJZ][ -]?[0-9]{6}\b"
"""A number without its check digit."""
WITH_LETTERS = r"\b\p{Lu}{4}[\p{Lu}0-9]{7}\b"
"""A number with letters among its digits."""
OTHER_WORD = r"^(?:SEAL|CONT|CNTR|CTNR|UNIT|SIZE|TARE|BOOK|MARK)"

KIND = (
    "(?:GP|DC|DV|DRY|ST|STD|SD|HC|HQ|HCDV|HR|RF|RE|REF|REEFER|RH|RQ|OT|OPEN ?TOP|FR|FLAT ?RACK|TK|TANK|PL|BOX"
    "|STANDARD|HIGH ?CUBE)"
)
TIMES = r"[0-9]{1,3} ?[X\x{D7}*] ?"
TYPE = rf"(?:10|20|40|45|48|53) ?(?:(?:'|\x{{2019}}|FT|FEET|PIES)[ -]?{KIND}?|{KIND})|[1-4LM][0-9CDEF][A-Z][0-9]"
SIZE = rf"(?:\b|{TIMES})({TYPE})(?:\b|$|[ )])"

_BOX_NOUN = (
    "(?:CNTRS?|CTNRS?|CTRS?|CONTS?|CONTAINERS?|CONTENEDOR(?:ES)?|CONTENEURS?|CONT[EÊ]INER(?:ES)?|CONTENITOR[EI]"
    "|CONTENTOR(?:ES)?|TEUS?|FEUS?|FCL|柜|櫃)"
)
_NOUN = (
    f"(?:{_BOX_NOUN}|BOX(?:ES)?|UNITS?|UNIDAD(?:ES)?|UNIDADES?|LCL|SOC|COC|FULL|EMPTY|PKGS?|PACKAGES?|PCS|PALLETS?"
    "|BULTOS?|COLIS|VOLUMES?|CARTONS?|CTNS?|箱)"
)
_COUNTED = (
    "(?:PCS?|PIECES?|PCES?|EA|SETS?|CTNS?|CARTONS?|CAJAS?|CAIXAS?|CASES?|BOX(?:ES)?|BAGS?|SACOS?|SACS?|SACKS?|BALES?"
    "|DRUMS?|BARRELS?|ROLLS?|COILS?|BUNDLES?|CRATES?|PKGS?|PACKAGES?|PALLETS?|PLTS?|BULTOS?|COLIS|VOLUMES?|UNITS?"
    "|UNIDAD(?:ES)?|UNID|IBCS?|TANKS?|HEADS?|LOGS?"
    "|MTS?|M/T|MTONS?|TONS?|TONNES?|TONELADAS?|TNE|TON|T|KGS?|KGM|KILOS?|LBS?|POUNDS|GR?MS?|QUINTALS?"
    "|CBM|M3|M\xb3|CU ?M|CFT|FT3|LTRS?|LITRES?|LITERS?|LITROS?|L|BBLS?|GAL(?:LON)?S?|件|吨|噸|公斤|箱|托|包)"
)
QUANTITY = rf"[0-9][0-9.,]*(?: ?[0-9]{{3}})* ?{_COUNTED}\b"
"""A number of packages, or a weight or volume with its unit."""
_NUMBER_WORD = (
    "(?:ONE|TWO|THREE|FOUR|FIVE|SIX|SEVEN|EIGHT|NINE|TEN|ELEVEN|TWELVE|UN[AO]?|UM|DOS|DOIS|TR[EÉÊ]S|CUATRO|QUATRO"
    "|CINCO|SEIS|SIETE|SETE|OCHO|OITO|NUEVE|NOVE|DIEZ|DEZ|UNE?|DEUX|TROIS|QUATRE|CINQ|SEPT|HUIT|NEUF|DIX"
    "|[一二两兩三四五六七八九十]+)"
)
BOX_COUNT = rf"(?:\b{TIMES}(?:{TYPE})(?:\b|$|[ )])|\b[0-9]{{1,4}} ?(?:MORE )?{_BOX_NOUN}(?:\b|$))"
"""A count of containers: 2X40HC, 3 CNTRS."""

LOADED = (
    "(?:(?:LOOSE|GENERAL|CONVENTIONAL|PROJECT|BREAK[ -]?BULK|BULK|DRY BULK|LIQUID BULK)(?: CARGO)?|CARGO|BB|BBK|B/B"
    "|RO[ /-]?RO|LCL.LCL|FCL.FCL|LCL|FCL|GROUPAGE|(?:NO|NON|NOT|UN)[ -]?CONTAINER(?:S|I[SZ]ED)?|(?:A |AL )?GRANEL"
    "|CARGA (?:SUELTA|SOLTA|GENERAL|GERAL)|(?:EN )?VRAC|CONVENTIONNEL|CONSOLIDAD[OA]|SIN CONTENEDOR"
    "|SEM CONT(?:AINER|[EÊ]INER)|SANS CONTENEUR|H(?:À|A)NG (?:RỜI|ROI|LẺ|LE)|BY AIR|AIR(?: ?FREIGHT)?"
    "|散货|散貨|散装|散裝|拼箱|整箱|件杂货|件雜貨|VARIOUS|SEVERAL|MULTIPLE|VARIOS|VÁRIOS|DIVERS|多个|ONLY|SOLO|TOTAL)"
)
_FLAG = "(?:Y|N|YES|NO|S|SI|SÍ|SIM|NAO|NÃO|OUI|NON|TRUE|FALSE|T|F|V|CÓ|是|否|有)"
_COUNT = rf"[0-9]{{1,4}}(?:[.,]0+)?\b|[0-9]{{0,3}}{_NOUN}(?:\b|$)|{_NUMBER_WORD}\b"
_COUNTS = rf"^(?:(?:{QUANTITY}|{LOADED}\b|{_COUNT}|{TIMES}|[&+,/()'.:-]|X\b|OF\b|AND\b|{SIZE}) *)+$"

_MONTH = (
    "(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC|ENE|ABR|AGO|DIC|FEV|MAI|SET|OUT|DEZ|AVR|JUIN|JUIL|AOU)[A-Z]*"
)
DATE = (
    r"(?:\b(?:19|20)[0-9]{2}[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12][0-9]|3[01])\b"
    r"|\b(?:0?[1-9]|[12][0-9]|3[01])[-/.](?:0?[1-9]|[12][0-9]|3[01])[-/.](?:(?:19|20)[0-9]{2}|[0-9]{2})\b"
    rf"|\b(?:0?[1-9]|[12][0-9]|3[01])[-/. ]?{_MONTH}[-/. ,]*(?:19|20)?[0-9]{{2}}\b"
    rf"|\b{_MONTH}[-/. ](?:0?[1-9]|[12][0-9]|3[01])[-/. ,]+(?:19|20)[0-9]{{2}}\b)"
)
_TIME = "(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:[.][0-9]+)?Z?)?"
_DATES = rf"^(?:{DATE}|(?:19|20)[0-9]{{2}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])){_TIME}$"

_VIN = r"^[A-HJ-NPR-Z0-9]{17}$"
_FRAME_NUMBER = r"^(?:[A-Z]{2,3}-)?[A-Z]{1,3}[0-9]{1,3}[A-Z]{0,2}-[0-9]{6,7}$"
_PLATES = (
    r"^(?:[A-Z]{2}[ -]?[0-9]{1,2}[ -]?[A-Z]{1,3}[ -]?[0-9]{4}"  # KA 01 AB 1234
    r"|[0-9]{2}[ -]?[A-Z]{1,3}[ -]?[0-9]{3,4}|[0-9]{4}[ -]?[A-Z]{2,3}"  # 34 ABC 123, 1234 BCD
    r"|[A-Z]{3}[ -]?[0-9]{3,4}|[A-Z]{3}[ -]?[0-9][A-Z][0-9]{2}"  # ABC 1234, ABC 1D23
    r"|[A-Z]{2,3}[ -]?[0-9]{3}[ -]?[A-Z]{1,2}|[A-Z]{2}[0-9]{2} ?[A-Z]{3}|[A-Z]{1,3}-[A-Z]{1,2} ?[0-9]{1,4}"
    r"|[0-9]{2}[A-Z]-?[0-9]{3}[.]?[0-9]{2}|\p{Lu}[0-9]{3}\p{Lu}{2} ?[0-9]{2,3}|\p{Han}[A-Z][ .\x{B7}]?[A-Z0-9]{5,6})$"
)
_REFERRED = r"^(?:(?:SEE|AS PER|PER|VER|VIDE|VOIR) [^0-9]*|[^0-9]*\bATTACHED\b[^0-9]*)$"
_WITHOUT_DIGITS = r"^[^\p{Nd}]*$"
_ZEROS = r"^[0\s.,/-]+$"
NONE = "|".join(
    (
        *(_COUNTS, f"^{_FLAG}$", f"^{LOADED}$", _REFERRED, _WITHOUT_DIGITS, _ZEROS, _DATES),
        *(_VIN, _FRAME_NUMBER, _PLATES),
    )
)
"""A text that is no container number: words, a flag, a count, a way to load, a date, a vehicle."""

_OF_NUMBER = (
    r"(?:[\s.]*\b(?:NO|NOS|NR|NRS|NUM|NUMBERS?|N[UÚ]MEROS?|NRO|REF|REFERENCE|ID|IS|D[EOU]|N)\b|\s*[#№]|\s*号|\s*號)*"
)
_JOINT = r"[\s.:#=*>\x22'()\[\]ºª°-]*"
_VALUE = r"(?:[A-Z]{1,4}[ -])?[A-Z0-9]*[0-9][A-Z0-9]*(?:-[0-9]+\b)?"
_SEAL_WORD = (
    r"(?:SEALS?|SLS?|PRECINTOS?|SELLOS?|MARCHAMOS?|LACRES?|SELOS?|SCELL[EÉ]S?|PLOMBS?|PLOMBAGE|SIGILL[OI]|SIEGEL"
    r"|PLOMBEN?|M[UÜ]H[UÜ]R|(?:SO |SỐ )?CH[IÌ]|ПЛОМБ[АЫ])"
)
_SEAL_SIGNS = r"(?:[铅鉛]?封[条條]?[号號]?码?)"
SEAL = (
    rf"(?:\b{_SEAL_WORD}\b{_OF_NUMBER}{_JOINT}{_VALUE}|\b(?:SEAL|PRECINTO|LACRE)S?[0-9][A-Z0-9-]*"
    rf"|{_SEAL_SIGNS}{_JOINT}{_VALUE}|\b{_VALUE} ?\( ?{_SEAL_WORD} ?\))"
)
"""A seal with its label, before it or in brackets after it."""
SEALS = r"^(?:SEALS|PRECINTOS|SELLOS|LACRES|SELOS|SCELL[EÉ]S|PLOMBS|MARCHAMOS|SIGILLI|PLOMBEN|ПЛОМБЫ|[铅鉛]?封)"
"""The start of a labelled seal after which other seals may follow."""
SEAL_LABEL = rf"\b{_SEAL_WORD}\b{_OF_NUMBER}{_JOINT}|^(?:SEAL|PRECINTO|LACRE)S?|{_SEAL_SIGNS}{_JOINT}"
"""What is left out of a labelled seal: all but its number."""
_OTHER_LABEL = (
    r"(?:BOOKINGS?|BKG|BKNG|BOOK|RESERVAS?|R[EÉ]SERVATION|BUCHUNG|[HM]?B/L|[HM]?B\.L\.?|[HM]?BLS?|[HM]BOL|BOL"
    r"|BILLS? OF LADING|CONOCIMIENTO(?: DE EMBARQUE)?|CONHECIMENTO(?: DE EMBARQUE)?|CONNAISSEMENT|POLIZZA"
    r"|REF|REFS|REFERENCE|REFERENCIA|REFER[EÊ]NCIA|R[EÉ]F[EÉ]RENCE|R[EÉ]F|P/?O|INV|INVOICE|FACTURA|FATURA|FACTURE"
    r"|LOTE?|BATCH|ORDER|PEDIDO|COMMANDE|JOB|FILE|DOC|D/O|DUA|DAU|DU-?E|IMO|HS|NCM|TARE|TARA|VGM|GROSS|NET|GW|NW"
    r"|TRUCK|TRAILER|CHASSIS|CHASIS|VIN|PLATE|PLACA|MATR[IÍ]CULA|PLAQUE|LPN|VEHICLE|VE[IÍ]CULO|VEH[IÍ]CULO"
    r"|SHIPMENT|CONSIGNMENT|ATIVO|MARKS?)"
)
_OTHER_SIGNS = (
    r"(?:提[单單][号號]?|[订訂][舱艙][号號]?|[参參]考[号號]?|[车車]牌[号號]?|[发發]票[号號]?|合同[号號]?|箱重|毛重)"
)
OTHER = rf"(?:\b{_OTHER_LABEL}\b{_OF_NUMBER}{_JOINT}{_VALUE}|{_OTHER_SIGNS}{_JOINT}{_VALUE})"
"""A booking, bill, reference, vehicle or measure with its label."""
PAIR = rf"\b{_BOX_NOUN}{_OF_NUMBER}[ .]*[/&+,-][ .]*{_SEAL_WORD}\b{_OF_NUMBER}[\s.:#=-]*{FULL}[ /,&+-]+{_VALUE}"
"""CONTAINER / SEAL: a number / a seal."""

_AND = r"(?:\+|&|\bAND\b|\bPLUS\b|\bY\b|\bE\b|\bET\b|\bUND\b|,|/)"
MORE = (
    rf"(?:{_AND} ?)?(?:[0-9]{{1,4}} ?(?:MORE|OTHERS?|ADDITIONAL|M[AÁ]S|OTROS?|MAIS|OUTROS?|AUTRES?|WEITERE)\b"
    r"|\bET\.? AL\b|\bETC\b|\x{2026}|\.\.\.|等|另外|\b(?:OTHERS|OTROS|OUTROS|AUTRES)\b)"
    rf"|(?:\+|\bPLUS\b) ?[0-9]{{1,3}}(?: ?(?:BOX(?:ES)?|UNITS?))?\s*\)?$|{_AND} ?[0-9]{{1,4}} ?{_BOX_NOUN}(?:\b|$)"
)
"""Words for containers that are not named."""
RANGE = r"\b(?:TO|THRU|THROUGH|HASTA|UP TO|UNTIL|BIS|AL|AT[EÉ])\b|[至~\x{FF5E}]"
"""Words between the first and the last number of a range."""
NEXT = r"(?:[,;&+/|-]|\bAND\b|\bY\b|\bE\b|\bET\b) ?[0-9]{1,7}\b"
"""Digits after a sign between the members of a list: perhaps the end of a number."""
WORD = r"[\p{L}\p{M}0-9](?:[\p{L}\p{M}0-9.-]*[\p{L}\p{M}0-9])?"
_BEFORE = r"(?:[,;&+/|(-] ?)?"

TOKENS = {
    "pair": PAIR,
    "seal": SEAL,
    "other": OTHER,
    "count": f"{_BEFORE}{BOX_COUNT}",
    "quantity": f"{_BEFORE}(?:{QUANTITY}|{DATE})",
    "size": f"{_BEFORE}{SIZE}",
    "full": FULL,
    "short": SHORT,
    "letters": WITH_LETTERS,
    "more": MORE,
    "range": RANGE,
    "next": NEXT,
    "word": WORD,
}
"""Kinds of what a cell consists of, each with its pattern; where several fit, the first one counts."""
