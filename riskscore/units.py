"""Units of weight that manifests use, the radius of the earth, and counts with their noun."""

KG_PER_UNIT = {
    "kg": 1.0,
    "kgs": 1.0,
    "kgm": 1.0,
    "kilo": 1.0,
    "kilos": 1.0,
    "kilogram": 1.0,
    "kilograms": 1.0,
    "g": 0.001,
    "grm": 0.001,
    "t": 1000.0,
    "mt": 1000.0,
    "tne": 1000.0,
    "ton": 1000.0,
    "tons": 1000.0,
    "tonne": 1000.0,
    "tonnes": 1000.0,
    "metric ton": 1000.0,
    "metric tons": 1000.0,
    "lb": 0.45359237,
    "lbs": 0.45359237,
    "lbr": 0.45359237,
    "pound": 0.45359237,
    "pounds": 0.45359237,
}
"""Kilograms in one unit; keys are lower case and cover the UN/ECE Recommendation 20 codes KGM, TNE, LBR, GRM."""

EARTH_RADIUS_KM = 6371.0088
"""Mean radius (IUGG), for great-circle distances."""


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """A count with its noun: '1 row', '1,200 rows'. `plural` is for nouns that do not just take an s."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {plural or noun + 's'}"
