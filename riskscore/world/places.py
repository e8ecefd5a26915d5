"""Inland places where carriers receive or deliver boxes: capitals and dry ports by UN/LOCODE."""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl

from riskscore.world.draws import Floats, Ints, gather
from riskscore.world.world import World

_INLAND = (
    "UGKLA", "RWKGL", "BIBJM", "ZMLUN", "ZMNLA", "ZWHRE", "MWBLZ", "MWLLW", "BFOUA", "BFBOY", "MLBKO", "NENIM",
    "TDNDJ", "CFBGF", "SSJUB", "ETADD", "BWGBE", "SZMTS", "LSMSU", "LAVTE", "LASVK", "NPKTM", "NPBRG", "MNULN",
    "KZALA", "UZTAS", "KGFRU", "TMASB", "AFKBL", "AMEVN", "AZBAK", "BOLPB", "BOSRZ", "PYASU", "ATVIE", "CHBSL",
    "HUBUD", "CZPRG", "SKBTS", "RSBEG", "MKSKP", "LULUX", "BYMSQ", "MDKIV", "CDFIH", "CDFBM", "KENBO", "TZARK",
    "NGKAN", "NGABV", "GHKMS", "CIBYK", "CMYAO", "SNTHI", "MZTET", "ZAJNB", "AOLAD", "CNCKG", "CNWUH", "CNXIY",
    "CNCTU", "CNYIW", "CNGGZ", "CNKMG", "VNHAN", "VNBNH", "THBKK", "MYKUL", "IDBDO", "PHQZN", "INDEL", "INTKD",
    "INLUH", "INAMD", "BDDAC", "PKLHE", "PKSKT", "LKKDW", "TRANK", "TRGZT", "AERKT", "SARUH", "JOAMM", "IQBGW",
    "DEDUI", "DEMUC", "DENUE", "PLWAW", "PLLOZ", "FRLIO", "FRSXB", "ITMIL", "ESMAD", "ESZAZ", "NLVEN", "BELGG",
    "GBBHM", "GBMNC", "USCHI", "USDAL", "USATL", "USMEM", "USMKC", "CATOR", "CACAL", "MXMEX", "MXGDL", "BRCWB",
    "BRSAO", "COBOG", "COMDE", "ECUIO", "PEAQP", "ARCOR", "CLSCL", "GTGUA", "RUMOW", "RUSVX", "UAKBP", "ROBUH",
    "BGSOF", "AUBRK", "NZHLZ", "KRICN", "JPNGO", "TWTNN", "KHPNH", "MMMDL", "EGCAI", "MACAS", "DZALG", "TNTUN",
)  # fmt: skip
"""Codes from the UN/LOCODE list."""


@cache
def _table(countries: tuple[str, ...]) -> tuple[pl.Series, Ints, Ints]:
    by_country = [[code for code in _INLAND if code[:2] == country] for country in countries]
    size = np.array([len(codes) for codes in by_country], dtype=np.int64)
    first = np.concatenate([[0], np.cumsum(size)[:-1]]).astype(np.int64)
    return pl.Series([code for codes in by_country for code in codes]), first, size


def inland(world: World, countries: Ints, units: Floats) -> pl.Series:
    """Return an inland place in each of `countries`, chosen by `units` in [0, 1); null for -1 or if there is none."""
    texts, first, size = _table(tuple(world.countries))
    known = np.maximum(countries, 0)
    place = first[known] + (units * size[known]).astype(np.int64)
    return gather(texts, place, (countries < 0) | (size[known] == 0))
