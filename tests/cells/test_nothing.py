from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from riskscore.manifest.read import Manifest, read

from .conftest import BASE

ENGLISH = ["NULL", "null", "N/A", "n/a", "NA", "N.A.", "N / A", "NIL", "None", "NaN", "TBA", "tbd", "UNKNOWN"]
SIGNS = [
    "\\N",
    "-",
    "--",
    "?",
    "***",
    "########",
    "#N/A",
    "#VALUE!",
    "#REF!",
    "(NULL)",
    "<NA>",
    "'N/A'",
    "—",
    "...",
    "_",
]
PHRASES = ["NOT AVAILABLE", "Not-Available", "NOT STATED", "not_stated", "TO BE ADVISED", "NOT APPLICABLE", "NO DATA"]
OTHERS = [
    "Néant",
    "NEANT",
    "non renseigné",
    "NON DISPONIBLE",
    "SIN CONSIGNATARIO",
    "S/P",
    "UNSEALED",
    "Ninguno",
    "SIN DATOS",
    "NO DISPONIBLE",
    "S/N",
    "Não informado",
]
ASIAN = [
    "NAO INFORMADO",
    "SEM DADOS",
    "Không có",
    "KHONG CO",
    "chưa xác định",
    "无",
    "無",
    "未知",
    "待定",
    "不适用",
    "未提供",
]
FURTHER = [
    "T.B.A.",
    "T B C",
    "N A",
    "N\\A",
    "(empty)",
    "(blank)",
    "KEINE",
    "keine Angabe",
    "NIHIL",
    "Unbekannt",
    "nessuno",
    "geen",
    "brak",
    "\u043d\u0435\u0442",
    "\u041d\u0435 \u0443\u043a\u0430\u0437\u0430\u043d\u043e",
    "yok",
    "belirtilmemiş",
    "\u0644\u0627 \u064a\u0648\u062c\u062f",
    "なし",
    "없음",
    "ไม่มี",
    "暂无",
    "tidak ada",
    "EN BLANCO",
    "VAZIO",
]
REAL = [
    "N A PATEL",
    "KEINE BANGE GMBH",
    "YOKO LTD",
    "EMPTY LEG LTD",
    "BRAKE PARTS",
    "OHNE SORGE AG",
    "T B A TRADING",
    "NANA",
    "NULL HOLDINGS LTD",
    "NA TRADING",
    "NIL PATEL",
    "NONE SUCH FOODS",
    "TBA LOGISTICS",
    "无锡贸易有限公司",
    "N",
    "NADAL SA",
    "KHONG MINH JSC",
]


def _read(path: Path, *rows: dict[str, str]) -> Manifest:
    pl.DataFrame([{**BASE, **row} for row in rows]).write_csv(path / "m.csv")
    return read(path / "m.csv")


@pytest.mark.parametrize("word", [*ENGLISH, *SIGNS, *PHRASES, *OTHERS, *ASIAN, *FURTHER])
def test_a_word_for_nothing_is_an_empty_cell_in_every_column(word: str, tmp_path: Path) -> None:
    names = {
        "Shipper": "shipper_name",
        "Consignee Address": "consignee_address",
        "Notify": "notify_name",
        "Place of Delivery": "place_of_delivery",
        "Origin": "origin_country",
        "Vessel": "vessel_name",
        "Seal": "seal_numbers",
        "Via": "transhipment_ports",
        "HS Code": "hs_codes",
        "Weight": "gross_weight_kg",
        "ETA": "arrives_at",
        "Container Type": "container_type",
    }
    manifest = _read(tmp_path, dict.fromkeys(names, word))
    assert manifest.consignments.select(names.values()).row(0) == (None,) * len(names)
    assert manifest.understood.notes in ((), ("origin_country: NA was read as empty in 1 row; write NAM for Namibia",))


@pytest.mark.parametrize("name", REAL)
def test_a_name_that_only_contains_such_a_word_is_a_name(name: str, tmp_path: Path) -> None:
    assert _read(tmp_path, {"Consignee": name}).consignments["consignee_name"].to_list() == [name]


@pytest.mark.parametrize("word", ["NULL", "N/A", "-", "TBA", "KHÔNG CÓ", "\\N"])
@pytest.mark.parametrize(
    ("heading", "column"),
    [("Bill of Lading", "bill_of_lading"), ("Container", "container_number"), ("POL", "port_of_loading")],
)
def test_a_required_cell_with_a_word_for_nothing_refuses_its_row(
    word: str, heading: str, column: str, tmp_path: Path
) -> None:
    manifest = _read(tmp_path, {heading: word, "Goods": "TILES"}, {heading: word, "Goods": "VALVES"})
    assert manifest.quarantine.select("line", "rule", "column").rows() == [
        (2, "required", column),
        (3, "required", column),
    ]
    assert manifest.balance == 0


def test_rows_without_a_key_fill_no_gaps_and_contradict_nobody(tmp_path: Path) -> None:
    rows = [
        {"Bill of Lading": "NULL", "Filed": filed, "Shipper": name} for filed, name in [("2019-03-25", "A"), ("", "B")]
    ]
    manifest = _read(tmp_path, *rows)
    assert manifest.quarantine.height == 2
    assert manifest.understood.notes == ()


@pytest.mark.parametrize(
    ("cell", "seals"), [("A12345, N/A", ["A12345"]), ("TBA;A12345", ["A12345"]), ("N/A | -", None)]
)
def test_lists_lose_their_words_for_nothing(cell: str, seals: list[str] | None, tmp_path: Path) -> None:
    assert _read(tmp_path, {"Seal": cell}).consignments["seal_numbers"].to_list() == [seals]


def test_typed_lists_lose_their_words_for_nothing(tmp_path: Path) -> None:
    frame = pl.DataFrame([BASE, BASE | {"Container": "MSCU1234571"}])
    frame = frame.with_columns(pl.Series("seal_numbers", [["S12345", "NULL"], ["NONE"]]))
    frame.write_parquet(tmp_path / "m.parquet")
    assert read(tmp_path / "m.parquet").consignments["seal_numbers"].to_list() == [["S12345"], None]


@pytest.mark.parametrize("goods", ["N/A", "NIL", "TBA", "NONE"])
def test_goods_that_a_filer_describes_as_nothing_are_a_sign_of_risk(goods: str, tmp_path: Path) -> None:
    assert _read(tmp_path, {"Goods": goods}).consignments["goods_description"].to_list() == [goods]


@pytest.mark.parametrize("goods", ["NULL", "\\N", "#N/A", "########", "-"])
def test_goods_that_software_left_empty_refuse_the_row(goods: str, tmp_path: Path) -> None:
    assert _read(tmp_path, {"Goods": goods}).quarantine["column"].to_list() == ["goods_description"]


NAMIBIAN = [
    (["NA", "CN"], "NAWVB", ["NA", "CN"]),
    (["NA", "CN"], "Walvis Bay", ["NA", "CN"]),
    (["NA", "CN", ""], "NGAPP", ["NA", "CN", None]),
    (["NA", "CN"], "NGAPP", [None, "CN"]),
    (["NA", "CHINA", ""], "NGAPP", [None, "CN", None]),
    (["NA", "NA", ""], "NGAPP", [None, None, None]),
    (["na", "<NA>"], "NGAPP", [None, None]),
    (["NAM", "Namibia"], "NGAPP", ["NA", "NA"]),
]


@pytest.mark.parametrize(("cells", "port", "countries"), NAMIBIAN)
def test_na_is_namibia_only_where_the_file_shows_it(
    cells: list[str], port: str, countries: list[str | None], tmp_path: Path
) -> None:
    rows = [{"Container": f"MSCU123456{place}", "Origin": cell, "POL": port} for place, cell in enumerate(cells)]
    assert _read(tmp_path, *rows).consignments["origin_country"].to_list() == countries


def test_na_is_no_country_where_another_column_says_na_for_nothing(tmp_path: Path) -> None:
    rows = [
        {"Container": f"MSCU123456{place}", "Origin": cell, "Shipper": "NA"}
        for place, cell in enumerate(["NA", "CN", ""])
    ]
    manifest = _read(tmp_path, *rows)
    assert manifest.consignments["origin_country"].to_list() == [None, "CN", None]
    assert "origin_country: NA was read as empty in 1 row; write NAM for Namibia" in manifest.understood.notes


JOINED = ["N/A, N/A", "NULL NULL", "None / None", "XXX", "XXXXXX", "TO FOLLOW", "NO B/L", "000000"]


@pytest.mark.parametrize("text", JOINED)
def test_what_was_joined_of_empty_cells_is_no_name_and_no_bill(tmp_path: Path, text: str) -> None:
    heads = [*BASE, "Consignee", "Seal No", "Country of origin"]
    rows = [[*BASE.values(), text, text, text], [text, *list(BASE.values())[1:], "ALFA", "S1", "VN"]]
    pl.DataFrame(rows, schema=heads, orient="row").write_csv(tmp_path / "m.csv")
    manifest = read(tmp_path / "m.csv")
    assert manifest.consignments.select("consignee_name", "seal_numbers", "origin_country").rows() == [(None,) * 3]
    assert manifest.quarantine.select("rule", "column").rows() == [("required", "bill_of_lading")]


@pytest.mark.parametrize("text", ["NA.", "N/A, N/A", "NULL NULL"])
def test_na_with_signs_around_it_is_not_namibia(tmp_path: Path, text: str) -> None:
    row = BASE | {"Country of origin": text}
    pl.DataFrame([row]).write_csv(tmp_path / "m.csv")
    assert read(tmp_path / "m.csv").consignments["origin_country"].to_list() == [None]


@pytest.mark.parametrize("name", ["NADA TRADING", "BLANK AND EMPTY LTD", "XXL FASHION", "0815 GMBH"])
def test_a_name_that_begins_like_a_word_for_nothing_is_a_name(tmp_path: Path, name: str) -> None:
    pl.DataFrame([BASE | {"Consignee": name}]).write_csv(tmp_path / "m.csv")
    assert read(tmp_path / "m.csv").consignments["consignee_name"].to_list() == [name]
