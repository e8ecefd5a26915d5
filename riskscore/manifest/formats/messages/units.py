"""Units of weight and volume in messages: words, and the codes of UN/ECE Recommendation 20 and of ANSI X12."""

from __future__ import annotations

from collections.abc import Mapping

from riskscore.units import KG_PER_UNIT

KG: Mapping[str, float] = KG_PER_UNIT | {"onz": 0.028349523125}
"""Kilograms in one unit. Keys are lower case."""

M3: Mapping[str, float] = {
    **dict.fromkeys(("cm", "cbm", "m3", "mtq", "cubic meter", "cubic meters", "cubic metres"), 1.0),
    **dict.fromkeys(("cf", "cft", "ftq", "cubic foot", "cubic feet"), 0.028316846592),
    **dict.fromkeys(("ltr", "dmq", "liter", "liters", "litre", "litres"), 0.001),
}
"""Cubic metres in one unit. Keys are lower case; CM is the cubic metre of US customs."""

KG_X12: Mapping[str, float] = {**KG, "k": 1.0, "l": KG["lb"], "e": 1000.0, "s": 907.18474, "t": 1016.0469088}
"""The same with the codes of X12 (data element 188), where S and T are short and long tons."""

M3_X12: Mapping[str, float] = {**M3, "x": 1.0, "e": M3["cubic foot"], "v": 0.001}
"""The same with the codes of X12 (data element 184)."""
