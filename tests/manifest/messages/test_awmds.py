"""Manifests of ASYCUDA: carriers' (Awmds) and consolidators' (Awbolds), as countries write them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from messages_samples import changed, parsed, rows

from riskscore.errors import ManifestError
from riskscore.manifest.hints import NO_HINTS, Hints
from riskscore.manifest.read import Manifest, read

TWO = "<Ctn_reference>KLOU4102349</Ctn_reference>"


def test_a_bill_becomes_one_row_for_each_container_with_the_figures_of_that_container(tmp_path: Path) -> None:
    first, second, *_ = rows(tmp_path, changed("awmds"))
    assert (first["container_number"], second["container_number"]) == ("KLOU4102333", "KLOU4102349")
    assert (first["gross_weight_kg"], second["gross_weight_kg"]) == (26052, 26048)
    assert (first["package_count"], first["seal_numbers"], second["seal_numbers"]) == (520, ["TR88120"], ["TR88121"])
    assert first["filed_at"] == datetime(2025, 3, 4, 6, 40, tzinfo=UTC)
    assert first["arrives_at"] == datetime(2025, 3, 9, 4, 30, tzinfo=UTC)
    assert (first["vessel_name"], first["vessel_imo"], first["voyage"]) == ("NORDKAI HERON", "9870018", "118E")
    assert (first["port_of_loading"], first["transhipment_ports"]) == ("TRMER", ["AEJEA"])
    assert first["hs_codes"] == ["071340"]
    assert first["shipper_address"] == "LIMAN YOLU 14, MERSIN, TURKIYE"
    assert first["freight_terms"] == "prepaid"
    assert not {"freight_charge", "currency", "bill_gross_weight_kg"} & first.keys()


def test_figures_of_the_whole_bill_are_never_divided_or_repeated(tmp_path: Path) -> None:
    text = changed(
        "awmds",
        ("<Goods_Weight>26052</Goods_Weight>", ""),
        ("<Goods_Weight>26048</Goods_Weight>", "<Goods_Weight></Goods_Weight>"),
        ("<Number_of_packages>520</Number_of_packages>", "<Number_of_packages>1040</Number_of_packages>"),
    )
    for row in rows(tmp_path, text)[:2]:
        assert not {"gross_weight_kg", "package_count"} & row.keys()
        assert (row["bill_gross_weight_kg"], row["bill_package_count"]) == (52100, 1040)
        assert row["goods_items"][0]["gross_weight_kg"] is None
    assert any("stands with each container" in note for note in parsed(tmp_path, text).understood.notes)


def test_currency_zzz_with_zero_means_that_nothing_was_given(tmp_path: Path) -> None:
    effects, butter = rows(tmp_path, changed("awmds"))[2:]
    assert not {"freight_charge", "currency", "declared_value"} & effects.keys()
    assert (butter["declared_value"], butter["currency"], butter["freight_charge"]) == (5400, "USD", 780)
    text = changed("awmds", ("<Customs_currency>USD", "<Customs_currency>EUR"))
    assert "freight_charge" not in rows(tmp_path, text)[3]


def test_to_order_is_a_type_of_bill_and_several_seals_are_kept(tmp_path: Path) -> None:
    effects, butter = rows(tmp_path, changed("awmds"))[2:]
    assert effects["bill_type"] == "to_order"
    assert "bill_type" not in butter
    assert butter["seal_numbers"] == ["KE40071", "KRA9912"]


def test_a_house_bill_names_its_master_in_the_header_or_in_itself(tmp_path: Path) -> None:
    found = rows(tmp_path, changed("awbolds"))
    assert [(row["bill_of_lading"], row["house_bill"]) for row in found] == [
        ("NRDL5503004", "CDF-2503-01"),
        ("NRDL5503004", "CDF-2503-02"),
    ]
    assert found[0]["voyage"] == "118E"
    assert "notify_address" not in found[0]
    text = changed("awmds", ("<Bol_nature>23", "<Master_bol_ref_number>M77</Master_bol_ref_number><Bol_nature>23"))
    assert {(row["bill_of_lading"], row["house_bill"]) for row in rows(tmp_path, text)} == {
        ("M77", f"NRDL550300{number}") for number in (1, 2, 3)
    }
    text = changed("awbolds", ("CDF-2503-01", "NRDL5503004"))
    assert "house_bill" not in rows(tmp_path, text)[0]


def test_hs_compliance_lists_codes_flat_and_its_weights_are_not_added(tmp_path: Path) -> None:
    lines = "".join(
        f"<HS_code>{code}</HS_code><Gross_mass>1810</Gross_mass><Country_of_origin>KE</Country_of_origin>"
        for code in ("1515909000", "3401300000")
    )
    text = changed(
        "awmds", ("</Bol_segment>\n</Awmds>", f"<HS_Compliance>{lines}</HS_Compliance></Bol_segment></Awmds>")
    )
    row = rows(tmp_path, text)[3]
    assert row["hs_codes"] == ["1515909000", "3401300000"]
    assert (row["origin_country"], row["gross_weight_kg"]) == ("KE", 1810)


@pytest.mark.parametrize(("gross", "weights"), [((26000, 26100), (26000, 26100)), ((28230, 28330), (26000, 26100))])
def test_gross_weight_of_a_container_counts_where_its_sum_shows_what_it_includes(
    gross: tuple[int, int], weights: tuple[int, int], tmp_path: Path
) -> None:
    text = changed(
        "awmds",
        ("<Goods_Weight>26052</Goods_Weight>", f"<Gross_weight>{gross[0]}</Gross_weight>"),
        ("<Goods_Weight>26048</Goods_Weight>", f"<Gross_weight>{gross[1]}</Gross_weight>"),
    )
    assert tuple(row["gross_weight_kg"] for row in rows(tmp_path, text)[:2]) == weights
    unclear = text.replace(f"<Gross_weight>{gross[0]}", "<Gross_weight>9")
    assert "gross_weight_kg" not in rows(tmp_path, unclear)[0]
    assert any("does not add up" in note for note in parsed(tmp_path, unclear).understood.notes)


def test_a_split_says_what_is_in_each_container(tmp_path: Path) -> None:
    split = "".join(
        f"<Split_segment><Number_of_packages>{count}</Number_of_packages><Gross_mass>{weight}</Gross_mass>"
        f"<Container><Reference>{box}</Reference></Container></Split_segment>"
        for box, count, weight in (("KLOU4102333", 500, 25000), ("KLOU4102349", 540, 27100))
    )
    text = changed(
        "awmds",
        ("<Goods_Weight>26052</Goods_Weight>", ""),
        ("<Goods_Weight>26048</Goods_Weight>", ""),
        ("<Number_of_packages>520</Number_of_packages>", ""),
        ("<Num_of_ctn_for_this_bol>2</Num_of_ctn_for_this_bol>\n    </Goods_segment>", f"</Goods_segment>{split}"),
    )
    first, second = rows(tmp_path, text)[:2]
    assert (first["gross_weight_kg"], second["gross_weight_kg"], second["package_count"]) == (25000, 27100, 540)
    assert first["goods_description"] == "RED SPLIT LENTILS HS CODE 0713.40"
    assert first["hs_codes"] == ["071340"]


def test_goods_lines_that_name_their_containers_are_joined_to_them(tmp_path: Path) -> None:
    def line(goods: str, box: str) -> str:
        return (
            f"<Goods_segment><Number_of_packages>9</Number_of_packages><Package_type_code>BX</Package_type_code>"
            f"<Gross_mass>90</Gross_mass><Goods_description>{goods}</Goods_description><Container_item_references>"
            f"<Ctn_item_reference>{box}</Ctn_item_reference></Container_item_references></Goods_segment>"
        )

    text = changed("awmds")
    start, end = text.index("<Goods_segment>"), text.index("</Goods_segment>") + len("</Goods_segment>")
    text = text[:start] + line("NUTS", "KLOU 4102333") + line("BOLTS", "KLOU4102349") + text[end:]
    first, second = rows(tmp_path, text)[:2]
    assert (first["goods_description"], second["goods_description"]) == ("NUTS", "BOLTS")
    assert (first["package_count"], first["gross_weight_kg"]) == (520, 26052)


def test_a_bill_without_a_container_and_one_that_is_cut_off_are_refused(tmp_path: Path) -> None:
    text = changed("awmds")
    loose = text[: text.index("<ctn_segment>")] + text[text.index("<Goods_segment>") :]
    manifest = parsed(tmp_path, loose)
    assert manifest.quarantine.select("rule", "column").row(0) == ("required", "container_number")
    cut = text[: text.index("SHEA BUTTER")]
    manifest = parsed(tmp_path, cut)
    assert manifest.consignments.height == 3
    row = manifest.quarantine.to_dicts()[0]
    assert (row["rule"], row["line"]) == ("cut_off", cut.count("\n") + 1)
    assert "NRDL5503003" in row["value"]
    assert "the message announces 3 bills, and 2 were read" in manifest.understood.notes


def test_a_bill_without_anything_is_refused_and_the_others_are_read(tmp_path: Path) -> None:
    text = changed("awmds").replace("<Bol_segment>", "<Bol_segment/><Bol_segment></Bol_segment><Bol_segment>", 1)
    manifest = parsed(tmp_path, text)
    assert manifest.consignments.equals(parsed(tmp_path, changed("awmds")).consignments)
    assert manifest.quarantine["rule"].to_list() == ["empty_bill", "empty_bill"]


def test_bills_before_the_header_are_read_with_it(tmp_path: Path) -> None:
    text = changed("awmds")
    header = text[text.index("<General_segment>") : text.index("</General_segment>") + len("</General_segment>")]
    turned = text.replace(header, "").replace("</Awmds>", f"{header}</Awmds>")
    assert rows(tmp_path, turned) == rows(tmp_path, text)


def test_a_figure_that_cannot_be_read_is_empty_with_a_note(tmp_path: Path) -> None:
    text = changed("awmds", ("<Gross_mass>1810</Gross_mass>", "<Gross_mass>18l0 kilo</Gross_mass>"))
    assert "gross_weight_kg" not in rows(tmp_path, text)[3]
    notes = parsed(tmp_path, text).understood.notes
    assert "gross_weight_kg: 1 value left empty, because not understood, such as 18l0 kilo" in notes
    text = changed("awmds", ("<Gross_mass>1810</Gross_mass>", "<Gross_mass>1 810,5</Gross_mass>"))
    assert rows(tmp_path, text)[3]["gross_weight_kg"] == 1810.5


def test_a_manifest_without_a_bill_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="is ASYCUDA Awmds without a whole bill"):
        parsed(tmp_path, "<Awmds><General_segment/></Awmds>")


def dated(folder: Path, filed: str, departs: str, arrives: str, hints: Hints = NO_HINTS) -> Manifest:
    changes = (("2025-03-04", filed), ("2025-03-02", departs), ("2025-03-09", arrives))
    (folder / "m.xml").write_text(changed("awmds", *changes), "utf-8")
    return read(folder / "m.xml", hints=hints)


@pytest.mark.parametrize(
    ("filed", "departs", "arrives"),
    [
        ("04/03/2025", "27/02/2025", "09/03/2025"),
        ("03/04/2025", "02/27/2025", "03/09/2025"),
        ("04.03.2025", "02.03.2025", "09.03.2025"),
        ("20250304", "27/02/25", "09-Mar-25"),
    ],
)
def test_the_order_of_day_and_month_is_settled_by_all_dates_of_the_header(
    filed: str, departs: str, arrives: str, tmp_path: Path
) -> None:
    rows = dated(tmp_path, filed, departs, arrives).consignments
    assert rows["filed_at"].unique().to_list() == [datetime(2025, 3, 4, 6, 40, tzinfo=UTC)]
    assert rows["arrives_at"].unique().to_list() == [datetime(2025, 3, 9, 4, 30, tzinfo=UTC)]


def test_a_date_whose_order_is_not_known_is_left_empty_unless_a_person_says_it(tmp_path: Path) -> None:
    dates = ("04/03/2025", "02/03/2025", "05/03/2025")
    manifest = dated(tmp_path, *dates)
    assert manifest.consignments["arrives_at"].null_count() == manifest.consignments.height
    assert any(
        "arrives_at: 1 date may be read in more than one way" in note and "--day-first" in note
        for note in manifest.understood.notes
    )
    rows = dated(tmp_path, *dates, Hints(date_order="day")).consignments
    assert rows["arrives_at"].unique().to_list() == [datetime(2025, 3, 5, 4, 30, tzinfo=UTC)]
    manifest = dated(tmp_path, "2025-03-04", "2025-03-02", "soon")
    assert any("arrives_at: 1 value left empty" in note for note in manifest.understood.notes)
