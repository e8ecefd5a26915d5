from __future__ import annotations

import polars as pl
import pytest

from riskscore import schema
from riskscore.parties.resolve import IDS, add_party_ids, nobody

TO_ORDER = [
    "TO ORDER",
    "To the order of Northern Bank Ltd",
    "TO ORDER OF SHIPPER",
    "TO THE ORDER",
    "UNTO THE ORDER OF NORTHERN BANK",
    "Consigned to order of X",
    "ORDER OF NORTHERN BANK",
    "ORDER",
    "(to order)",
    "TO  ORDER.",
    "TOORDER",
    "A LA ORDEN DE BANCO DEL NORTE",
    "à l'ordre de Banque du Nord",
    "A L\u2019ORDRE",
    "À ORDRE",
    "A ORDRE",
    "À ordem de Banco do Norte",
    "ALL'ORDINE DI BANCA",
    "An Order",
    "an die Order von Nordbank",
    "theo lệnh của ngân hàng",
    "凭指示",
    "凭北方银行指示",
]
PLACEHOLDERS = [
    "SAME AS CONSIGNEE",
    "Same as the consignee.",
    "same",
    "SAME AS ABOVE",
    "** SAME AS CNEE **",
    "N/A",
    "n.a.",
    "NA",
    "NIL",
    "-",
    "...",
    "0",
    "12345",
    "",
    " ",
    "?",
    "UNKNOWN",
    "Unknown consignee",
    "NOT AVAILABLE",
    "not provided by carrier",
    "TBA",
    "T.B.A.",
    "TO BE ADVISED",
    "AS PER BL",
    "as per attached list",
    "AS PER B/L",
    "SEE ATTACHED",
    "NOTIFY PARTY",
    "CONSIGNEE",
    "XXX",
    "DITTO",
    "IDEM",
    "MISMO QUE EL CONSIGNATARIO",
    "el mismo",
    "MÊME QUE CONSIGNATAIRE",
    "o mesmo",
    "desconocido",
    "inconnu",
    "неизвестно",
    "同收货人",
    "不详",
    "🚢",
    "\x00",
]
NAMES = [
    "Order Fulfilment Services Ltd",
    "Made To Order Furniture",
    "Border Trading",
    "Tomorder Foods",
    "Sameer Trading",
    "Same Day Couriers",
    "Nadia Textiles",
    "Nil Valley Foods",
    "Asper Chemicals",
    "Unknown Pleasures Records",
    "Consignee Services Ltd",
    "Tba Foods",
    "3M2",
    "Orderly Goods",
    "Ditto Printing",
    "A. L. Orden Maschinen",
    "无锡金桥贸易有限公司",
    "同仁贸易",
    "Testa Foods",
]


def flags_of(name: str | None) -> tuple[bool | None, bool | None]:
    return nobody(pl.Series("name", [name], dtype=pl.String)).row(0)


@pytest.mark.parametrize("name", TO_ORDER)
def test_a_bill_to_order_is_recognised(name: str) -> None:
    assert flags_of(name)[0]


@pytest.mark.parametrize("name", PLACEHOLDERS)
def test_a_placeholder_is_recognised(name: str) -> None:
    assert flags_of(name) == (False, True)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_neither_to_order_nor_a_placeholder(name: str) -> None:
    assert flags_of(name) == (False, False)


def test_a_missing_name_is_null_in_both() -> None:
    assert flags_of(None) == (None, None)


@pytest.mark.parametrize("column", IDS.values())
def test_names_that_name_no_one_get_no_id(column: str) -> None:
    frame = pl.DataFrame({column: [*TO_ORDER, *PLACEHOLDERS, None]}, schema={column: pl.String})
    id_ = next(id_ for id_, name in IDS.items() if name == column)
    assert add_party_ids(frame)[id_].null_count() == frame.height


@pytest.mark.parametrize("column", IDS.values())
def test_each_name_gets_its_own_id(column: str) -> None:
    ids = add_party_ids(pl.DataFrame({column: NAMES}))
    id_ = next(id_ for id_, name in IDS.items() if name == column)
    assert ids[id_].null_count() == 0
    assert ids[id_].n_unique() == len(NAMES)


@pytest.mark.parametrize(
    ("name", "number", "key"),
    [
        ("Elm Timber Ltd", "VN-0312 345", "elm timber"),
        ("Elm Timber Ltd", None, "elm timber"),
        ("TO ORDER", "VN-0312 345", "id:VN0312345"),
        ("SAME", "vn0312345", "id:VN0312345"),
        (None, "VN0312345", "id:VN0312345"),
        ("N/A", " - ", None),
        ("N/A", None, None),
        (None, None, None),
    ],
)
def test_the_number_counts_where_the_name_names_no_one(name: str | None, number: str | None, key: str | None) -> None:
    frame = pl.DataFrame(
        {"consignee_name": [name], "consignee_id": [number]},
        schema={"consignee_name": pl.String, "consignee_id": pl.String},
    )
    assert add_party_ids(frame)["consignee_key"].to_list() == [key]


def test_many_names_split_over_the_cores_give_the_same_result() -> None:
    flags = nobody(pl.Series(["TO ORDER", "Elm Co.", "SAME"] * 15_000))
    assert flags.rows() == [(True, False), (False, False), (False, True)] * 15_000


def test_an_id_depends_on_its_own_row_only() -> None:
    names = [*NAMES, None, "TO ORDER", *NAMES[::-1]]
    frame = schema.conform(pl.DataFrame({"shipper_name": names, "notify_name": names[::-1]}))
    together = add_party_ids(frame)
    alone = pl.concat([add_party_ids(frame[row]) for row in range(frame.height)])
    assert together.equals(alone)
    assert together["shipper_name"].to_list() == names
    assert together["shipper_id"].to_list() == together["notify_id"].to_list()[::-1]


def test_missing_columns_give_null_ids_and_other_columns_stay() -> None:
    result = add_party_ids(pl.DataFrame({"shipper_name": ["Elm"], "other": [1]}))
    assert result.row(0, named=True) == {"shipper_name": "Elm", "other": 1} | dict.fromkeys(IDS) | {"shipper_id": "elm"}
    empty = add_party_ids(schema.conform(pl.DataFrame({"bill_of_lading": []})))
    assert empty.height == 0
    assert {empty.schema[id_] for id_ in IDS} == {pl.String()}
