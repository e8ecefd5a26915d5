"""CUSCAR: bills, house bills, containers, goods and their figures."""

from datetime import UTC, datetime

import pytest

from messages.cargo_messages import BILL, BOXES, HEADER, PORTS, cuscar, interchange, manifest, message, rows

GOODS = "GID+1+20:CT'FTX+AAA+++LANTERNS'MEA+AAE+G+KGM:900'"


def one(found):
    (row,) = rows(found)
    return row


def test_a_bill_has_the_ship_the_ports_and_the_container_of_the_message(tmp_path):
    row = one(cuscar(tmp_path, f"{BOXES}{BILL}{GOODS}SGP+NRDU4101873+20'"))
    assert row["filed_at"] == datetime(2026, 7, 2, 9, 15, tzinfo=UTC)
    assert row["arrives_at"] == datetime(2026, 7, 9, 14, tzinfo=UTC)
    assert (row["vessel_name"], row["vessel_imo"], row["voyage"]) == ("NORDIC HERON", "9320245", "2607E")
    assert (row["bill_of_lading"], row["house_bill"], row["consolidated"]) == ("B1", None, None)
    assert (row["port_of_loading"], row["port_of_discharge"]) == ("ECGYE", "NLRTM")
    assert (row["container_number"], row["container_type"]) == ("NRDU4101873", "45G1")
    assert row["seal_numbers"] == ["A2", "A3"]
    assert (row["goods_description"], row["package_count"], row["gross_weight_kg"]) == ("LANTERNS", 20, 900.0)


def test_figures_of_a_goods_line_in_two_containers_are_split_only_by_the_message(tmp_path):
    goods = "GID+1+30:CT'FTX+AAA+++LANTERNS'MEA+AAE+G+KGM:900'MEA+AAE+AAW+MTQ:12.500'MOA+40:700:EUR'"
    shares = "SGP+NRDU4100239+10'MEA+AAE+G+KGM:300'SGP+NRDU4101873+20'MEA+AAE+G+KGM:600'"
    first, second = rows(cuscar(tmp_path, f"{BOXES}{BILL}{goods}{shares}"))
    assert [(row["package_count"], row["gross_weight_kg"]) for row in (first, second)] == [(10, 300.0), (20, 600.0)]
    for row in (first, second):
        assert (row["volume_m3"], row["bill_volume_m3"]) == (None, 12.5)
        assert (row["declared_value"], row["bill_declared_value"]) == (None, 700.0)
        assert row["bill_gross_weight_kg"] is None


def test_a_total_of_a_container_is_unknown_where_one_of_its_lines_is_not_divided(tmp_path):
    divided = "GID+1+30:CT'FTX+AAA+++LANTERNS'MEA+AAE+G+KGM:900'SGP+NRDU4100239+10'SGP+NRDU4101873+20'"
    own = "GID+2+5:CT'FTX+AAA+++LAMPS'MEA+AAE+G+KGM:50'SGP+NRDU4100239+5'"
    first, second = rows(cuscar(tmp_path, f"{BOXES}{BILL}{divided}{own}"))
    assert (first["gross_weight_kg"], first["bill_gross_weight_kg"]) == (None, 950.0)
    assert (first["package_count"], second["package_count"]) == (15, 20)
    assert first["goods_description"] == "LANTERNS; LAMPS"
    assert [item["gross_weight_kg"] for item in first["goods_items"]] == [None, 50.0]


def test_the_only_container_has_the_totals_of_the_bill(tmp_path):
    body = f"{BOXES}CNI+1+B1'RFF+BM:B1'CNT+7:1200:KGM'CNT+8:44'{PORTS}GID+1'FTX+AAA+++LANTERNS'SGP+NRDU4100239'"
    row = one(cuscar(tmp_path, body))
    assert (row["package_count"], row["gross_weight_kg"]) == (44, 1200.0)


def test_house_bills_of_one_container_are_consignments_of_their_own(tmp_path):
    house = "CNI+{0}+H{0}'RFF+MB:MASTER1'RFF+BH:H{0}'" + PORTS + GOODS + "SGP+NRDU4100239+20'"
    found = rows(cuscar(tmp_path, BOXES + house.format(1) + house.format(2)))
    assert [(row["bill_of_lading"], row["house_bill"]) for row in found] == [("MASTER1", "H1"), ("MASTER1", "H2")]


@pytest.mark.parametrize(
    ("numbers", "bill", "house"),
    [
        ("CNI+1++'RFF+BM:B7'", "B7", None),
        ("CNI+1+B7'", "B7", None),
        ("CNI+1+H7'RFF+MB:M7'", "M7", "H7"),
        ("CNI+1+H7'RFF+MWB:M7'RFF+HWB:H7'", "M7", "H7"),
        ("CNI+1'DOC+714+H7'DOC+704+M7'", "M7", "H7"),
        ("CNI+1'DOC+705+B7'", "B7", None),
        ("CNI+1+M7'RFF+MB:M7'RFF+BM:M7'", "M7", None),
    ],
)
def test_the_number_of_a_bill_is_found_wherever_it_stands(tmp_path, numbers, bill, house):
    row = one(cuscar(tmp_path, f"{BOXES}{numbers}{PORTS}{GOODS}SGP+NRDU4100239+20'"))
    assert (row["bill_of_lading"], row["house_bill"]) == (bill, house)


def test_a_master_bill_of_the_whole_message_is_the_master_of_each_house(tmp_path):
    row = one(cuscar(tmp_path, f"RFF+MB:M9'{BOXES}CNI+1+H9'{PORTS}{GOODS}SGP+NRDU4100239+20'"))
    assert (row["bill_of_lading"], row["house_bill"]) == ("M9", "H9")


def test_the_original_port_of_loading_counts_and_the_ships_own_is_a_transhipment(tmp_path):
    body = f"{BOXES}CNI+1+B1'LOC+9+ESALG'LOC+76+BRSSZ'LOC+11+NLRTM'LOC+7+DEDUI'{GOODS}SGP+NRDU4100239+20'"
    row = one(cuscar(tmp_path, body))
    assert (row["port_of_loading"], row["transhipment_ports"]) == ("BRSSZ", ["ESALG"])
    assert row["place_of_delivery"] == "DEDUI"


def test_parties_are_read_from_both_forms_of_an_address_and_persons_are_not(tmp_path):
    parties = (
        "NAD+SH+++AGENCIA DEL MAR'NAD+CZ+++FRUTERA VALLE:NUEVO SA+KM 11+GUAYAQUIL+G+0901+EC'RFF+VA:EC1'"
        "NAD+CN+NL123::ZZZ+TO THE ORDER OF RIJNBANK:KADE 1:ROTTERDAM'CTA+IC+:A PERSON'COM+X@Y:EM'"
        "NAD+FW+++POLDER EXPEDITIE'"
        "NAD+N1++LAMPENHUIS BV, KADE 2, ROTTERDAM'"
    )
    row = one(cuscar(tmp_path, f"{BOXES}{BILL}{parties}{GOODS}SGP+NRDU4100239+20'"))
    assert (row["shipper_name"], row["shipper_country"]) == ("FRUTERA VALLE NUEVO SA", "EC")
    assert row["shipper_address"] == "KM 11, GUAYAQUIL, G, 0901, EC"
    assert (row["consignee_name"], row["consignee_address"]) == ("TO THE ORDER OF RIJNBANK", "KADE 1, ROTTERDAM")
    assert (row["consignee_id"], row["bill_type"]) == ("NL123", "to_order")
    assert (row["notify_name"], row["notify_address"]) == ("LAMPENHUIS BV", "KADE 2, ROTTERDAM")
    assert row["forwarder_name"] == "POLDER EXPEDITIE"
    assert "A PERSON" not in str(row)


def test_the_tax_number_of_the_consignee_precedes_the_number_of_the_sender(tmp_path):
    row = one(cuscar(tmp_path, f"{BOXES}{BILL}NAD+CN+X77+++++++'RFF+VA:NL9'{GOODS}SGP+NRDU4100239'"))
    assert row["consignee_id"] == "NL9"


@pytest.mark.parametrize(
    ("segments", "codes", "marks"),
    [
        ("CST++94054210:122'PCI++A 1-20'", ["94054210"], "A 1-20"),
        ("PIA+5+940542:HS'", ["940542"], None),
        ("PCI+24+HS CODE 9405.42'", ["940542"], None),
        ("FTX+AAA+++H.S. NO. 940542, 940310'", ["940542", "940310"], None),
        ("FTX+AAA+++MODEL 940542'", None, None),
        ("PIA+5+77123:BP'", None, None),
    ],
)
def test_hs_codes_come_from_their_segments_or_from_texts_that_name_them(tmp_path, segments, codes, marks):
    row = one(cuscar(tmp_path, f"{BOXES}{BILL}{GOODS}{segments}SGP+NRDU4100239+20'"))
    assert (row["hs_codes"], row["marks"]) == (codes, marks)


def test_the_mass_of_a_container_is_not_the_weight_of_its_goods(tmp_path):
    box = "EQD+CN+NRDU4100239+22R1:102:5++3+5'MEA+AAE+VGM+KGM:4200'MEA+AAE+T+KGM:2900'TMP+2+-0.5:CEL'"
    row = one(cuscar(tmp_path, f"{box}{BILL}GID+1+20:CT'FTX+AAA+++PEARS'SGP+NRDU4100239+20'"))
    assert (row["gross_weight_kg"], row["verified_gross_mass_kg"], row["temperature_c"]) == (None, 4200.0, -0.5)


def test_a_container_may_stand_within_its_bill(tmp_path):
    row = one(cuscar(tmp_path, f"{BILL}{GOODS}EQD+CN+NRDU 410023-9+22G1++3+5'SEL+Z9'SGP+NRDU 410023-9+20'"))
    assert (row["container_number"], row["container_type"], row["seal_numbers"]) == ("NRDU4100239", "22G1", ["Z9"])


def test_texts_after_dangerous_goods_do_not_describe_the_goods(tmp_path):
    danger = "DGS+IMD+3+1263'FTX+AAA+++FLASH POINT 23 C'MEA+AAE+G+KGM:1'"
    row = one(cuscar(tmp_path, f"{BOXES}{BILL}{GOODS}SGP+NRDU4100239+20'{danger}"))
    assert (row["goods_description"], row["gross_weight_kg"]) == ("LANTERNS", 900.0)


def test_break_bulk_has_no_container_and_is_refused(tmp_path):
    found = cuscar(tmp_path, f"EQD+BB+LOT7+9999'{BILL}{GOODS}SGP+LOT7+20'")
    assert (found.accepted, found.quarantine["column"].to_list()) == (0, ["container_number"])


def test_the_decimal_mark_of_the_interchange_decides(tmp_path):
    goods = "GID+1+20:CT'FTX+AAA+++LANTERNS'MEA+AAE+G+KGM:1250,5'MEA+AAE+AAW+MTQ:12,500'SGP+NRDU4100239+20'"
    row = one(cuscar(tmp_path, BOXES + BILL + goods, una="UNA:+,? '"))
    assert (row["gross_weight_kg"], row["volume_m3"]) == (1250.5, 12.5)
    found = cuscar(tmp_path, BOXES + BILL + goods)
    assert (one(found)["gross_weight_kg"], one(found)["volume_m3"]) == (1250.5, None)
    assert "volume_m3: 1 value left empty, because not understood, such as 12,500" in found.understood.notes


@pytest.mark.parametrize(
    ("written", "kilograms"),
    [("KGM:900", 900.0), ("TNE:1.5", 1500.0), ("LBR:100", 45.359237), ("XXX:5", None), (":5", None)],
)
def test_weights_are_in_kilograms_and_empty_in_an_unknown_unit(tmp_path, written, kilograms):
    body = f"{BOXES}{BILL}GID+1+20:CT'FTX+AAA+++LANTERNS'MEA+AAE+G+{written}'SGP+NRDU4100239+20'"
    assert one(cuscar(tmp_path, body))["gross_weight_kg"] == kilograms


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("202607091400:203", datetime(2026, 7, 9, 14, tzinfo=UTC)),
        ("20260709:102", datetime(2026, 7, 9, tzinfo=UTC)),
        ("260709:101", datetime(2026, 7, 9, tzinfo=UTC)),
        ("2607091400:201", datetime(2026, 7, 9, 14, tzinfo=UTC)),
        ("20260709140000:204", datetime(2026, 7, 9, 14, tzinfo=UTC)),
        ("202607091400?+0200:205", datetime(2026, 7, 9, 12, tzinfo=UTC)),
        ("202607091400+0200:205", None),
        ("202607091400UTC:303", datetime(2026, 7, 9, 14, tzinfo=UTC)),
        ("202607091400?+02:303", datetime(2026, 7, 9, 12, tzinfo=UTC)),
        ("202607092400:203", datetime(2026, 7, 10, tzinfo=UTC)),
        ("2026070914:203", None),
        ("202613091400:203", None),
        ("202607091400XYZ:303", None),
        ("soon:203", None),
    ],
)
def test_moments_are_read_by_their_format_or_left_empty_with_a_note(tmp_path, written, moment):
    header = HEADER.replace("202607091400:203", written)
    found = cuscar(tmp_path, f"{BOXES}{BILL}{GOODS}SGP+NRDU4100239+20'", header)
    assert one(found)["arrives_at"] == moment
    assert any("arrives_at: 1 value left empty" in note for note in found.understood.notes) is (moment is None)


def test_without_its_own_moment_a_message_was_filed_when_the_interchange_was_prepared(tmp_path):
    header = HEADER.replace("DTM+137:202607020915:203'", "")
    assert one(cuscar(tmp_path, f"{BOXES}{BILL}{GOODS}SGP+NRDU4100239'", header))["filed_at"] == datetime(
        2026, 7, 2, 9, tzinfo=UTC
    )


def test_a_change_is_a_later_version_and_a_cancellation_names_what_it_cancels(tmp_path):
    body = f"{BOXES}{BILL}{GOODS}SGP+NRDU4100239+20'"
    change = (HEADER + body).replace("M1+9", "M1+4").replace("0702", "0703").replace("LANTERNS", "SPARE PARTS")
    found = manifest(tmp_path, interchange(message(HEADER + body), message(change)))
    assert found.earlier["goods_description"].to_list() == ["LANTERNS"]
    assert found.consignments["goods_description"].to_list() == ["SPARE PARTS"]
    cancel = (HEADER + body).replace("M1+9", "M1+1").replace("0702", "0704")
    found = manifest(tmp_path, interchange(message(HEADER + body), message(cancel)))
    assert "LANTERNS" not in found.consignments["goods_description"].to_list()


def test_a_cancellation_without_a_bill_is_refused(tmp_path):
    found = manifest(tmp_path, interchange(message(HEADER.replace("M1+9", "M1+1"))))
    assert found.quarantine["rule"].to_list() == ["cancels_no_bill"]


def test_the_bill_within_which_a_file_ends_is_refused_and_the_others_count(tmp_path):
    second = f"CNI+2+B2'{PORTS}GID+1+4:CT'FTX+AAA+++LA"
    found = manifest(
        tmp_path,
        f"UNB+UNOC:3+A+B+260702:0900+1'UNH+1+CUSCAR:D:95B:UN'{HEADER}{BOXES}{BILL}{GOODS}SGP+NRDU4100239+20'{second}",
    )
    assert found.consignments["bill_of_lading"].to_list() == ["B1"]
    assert found.quarantine["rule"].to_list() == ["cut_off"]
    assert any("ends within" in note for note in found.understood.notes)


def test_wrong_counts_are_noted_and_refuse_nothing(tmp_path):
    text = interchange(message(f"{HEADER}{BOXES}{BILL}{GOODS}SGP+NRDU4100239+20'")).replace("UNT+", "UNT+9")
    found = manifest(tmp_path, text)
    assert found.accepted == 1
    assert any("another number of segments" in note for note in found.understood.notes)


def test_the_sample_has_four_consignments(sample):
    found = rows(sample("cuscar.edi"))
    assert [(row["bill_of_lading"][-3:], row["gross_weight_kg"]) for row in found] == [
        ("701", 21060.0),
        ("702", 20930.0),
        ("702", 10470.0),
        ("703", 2100.0),
    ]
