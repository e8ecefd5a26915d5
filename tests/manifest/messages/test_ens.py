"""Entry summary declarations IE315 and their amendments IE313."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from messages_samples import changed, parsed, rows

from riskscore.manifest.read import read_many


def test_goods_items_of_one_document_and_container_are_one_row(tmp_path: Path) -> None:
    beans, crafts = rows(tmp_path, changed("ens-ie315"))
    assert (beans["bill_of_lading"], beans["container_number"]) == ("AKWB700451", "QARU5512001")
    assert (crafts["bill_of_lading"], crafts["goods_description"]) == ("AKWB700452", "CARVED WOOD ARTICLES; SHEA NUTS")
    assert (crafts["package_count"], crafts["gross_weight_kg"], crafts["hs_codes"]) == (
        310,
        12900,
        ["442019", "120799"],
    )
    assert "package_type" not in crafts
    assert "marks" not in crafts
    assert beans["filed_at"] == datetime(2025, 3, 11, 9, 5, tzinfo=UTC)
    assert (beans["consignee_id"], beans["consignee_country"]) == ("GB700800900000", "GB")
    assert "consignee_name" not in beans
    assert (crafts["bill_type"], crafts["freight_terms"]) == ("to_order", "prepaid")
    assert crafts["notify_address"] == "DOCK ROAD 8, TILBURY, RM18 7NU, GB"
    assert beans["vessel_imo"] == "9871127"


def test_the_header_counts_where_an_item_says_nothing(tmp_path: Path) -> None:
    text = changed(
        "ens-ie315",
        (
            "<GroMasGDS46>25200</GroMasGDS46>",
            "<GroMasGDS46>25200</GroMasGDS46><PlaLoaGOOITE333>CIABJ</PlaLoaGOOITE333>",
        ),
        (
            "<PERLODSUMDEC>",
            "<TRACONCE1><NamCE17>PORTSIDE LTD</NamCE17><CouCE125>GB</CouCE125></TRACONCE1><PERLODSUMDEC>",
        ),
        ("<TraChaMetOfPayHEA1>A", "<TraChaMetOfPayHEA1>Z"),
    )
    beans, crafts = rows(tmp_path, text)
    assert (beans["port_of_loading"], crafts["port_of_loading"]) == ("CIABJ", "GHTEM")
    assert crafts["consignee_name"] == "PORTSIDE LTD"
    assert "consignee_name" not in beans
    assert crafts["freight_terms"] == "collect"


def test_an_item_in_several_containers_has_figures_of_the_bill_only(tmp_path: Path) -> None:
    text = changed("ens-ie315", ("</CONNR2>", "</CONNR2><CONNR2><ConNumNR21>JNKU2900771</ConNumNR21></CONNR2>"))
    found = [row for row in rows(tmp_path, text) if row["bill_of_lading"] == "AKWB700451"]
    assert [row["container_number"] for row in found] == ["QARU5512001", "JNKU2900771"]
    assert all("gross_weight_kg" not in row and row["bill_gross_weight_kg"] == 25200 for row in found)


def test_seals_of_a_message_count_only_where_it_has_one_container(tmp_path: Path) -> None:
    seals = "<SEAID529><SeaIdSEAID530>GH1</SeaIdSEAID530></SEAID529>"
    text = changed("ens-ie315", ("<PERLODSUMDEC>", f"{seals}<PERLODSUMDEC>"))
    assert all("seal_numbers" not in row for row in rows(tmp_path, text))
    assert any("seal_numbers was left empty" in note for note in parsed(tmp_path, text).understood.notes)
    text = text.replace("QARU5512017", "QARU5512001")
    assert all(row["seal_numbers"] == ["GH1"] for row in rows(tmp_path, text))


def test_master_and_house_documents_make_a_house_bill(tmp_path: Path) -> None:
    house = "<PRODOCDC2><DocTypDC21>N704</DocTypDC21><DocRefDC23>MAST1</DocRefDC23></PRODOCDC2><PRODOCDC2>"
    beans = rows(tmp_path, changed("ens-ie315", ("<PRODOCDC2>", house)))[0]
    assert (beans["bill_of_lading"], beans["house_bill"]) == ("MAST1", "AKWB700451")


def test_an_item_without_a_bill_is_refused_and_the_others_are_read(tmp_path: Path) -> None:
    manifest = parsed(tmp_path, changed("ens-ie315", ("AKWB700451", "")))
    assert manifest.consignments.height == 1
    assert manifest.quarantine.select("rule", "column").row(0) == ("required", "bill_of_lading")


def test_an_amendment_is_a_later_version_of_the_bills_that_it_names(tmp_path: Path) -> None:
    amended = changed(
        "ens-ie315",
        ("CC315A", "CC313A"),
        ("<DecDatTimHEA114>202503110905</DecDatTimHEA114>", "<DatTimAmeHEA113>202503121700</DatTimAmeHEA113>"),
        ("COCOA BEANS", "COCOA BUTTER"),
    )
    files = [tmp_path / "a.xml", tmp_path / "b.xml"]
    for file, text in zip(files, (amended, changed("ens-ie315")), strict=True):
        file.write_text(text, "utf-8")
    manifest = read_many(files)
    latest = {row["bill_of_lading"]: row["goods_description"] for row in manifest.consignments.to_dicts()}
    assert latest["AKWB700451"] == "COCOA BUTTER"
    assert manifest.earlier.height == 2
    assert manifest.balance == 0
