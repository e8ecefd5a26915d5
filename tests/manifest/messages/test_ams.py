"""US AMS tables: found by their headings, joined on the identifier, nothing lost."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from riskscore.errors import LeftAsideError, ManifestError
from riskscore.manifest.read import Manifest, files, read, read_many, understand

TABLES = {
    "header": (
        "identifier,vessel_name,port_of_unlading,estimated_arrival_date,foreign_port_of_lading,manifest_quantity,"
        "manifest_unit,weight,weight_unit,measurement,measurement_unit,record_status_indicator,conveyance_id_qualifier,"
        "conveyance_id\n"
        "11,ELM,Savannah,2027-03-09,Callao,50,CTN,2000,Pounds,10,Cubic Meters,New,IMO Number,9321483\n"
        "12,ELM,Savannah,03/09/2027,Callao,90,BAG,4000,Kilograms,20,Cubic Meters,New,,\n"
    ),
    "billgen": (
        "identifier,master_bol_number,house_bol_number,sub_house_bol_number,voyage_number,run_date\n"
        "11,M11,H11,,5N,2027-03-01\n12,M12,,,5N,2027-03-01\n"
    ),
    "shipper": (
        "identifier,shipper_party_name,shipper_party_address_1,city,country_code,contact_name\n"
        "11,ANDES WOOL,KM 4,PUNO,PE,NOBODY\n12,ANDES GRAIN,,,PE,\n"
    ),
    "consignee": (
        "identifier,consignee_name,consignee_address_1,city,country_code\n11,TO ORDER,,,US\n12,MILL,1 ST,MACON,US\n"
    ),
    "container": (
        "identifier,container_number,seal_number_1,seal_number_2,container_type\n"
        "11,MSKU6011672,S1,S2,22G1\n12,TCLU3093643,S3,,22G1\n12,MSCU1234566,,,22G1\n"
    ),
    "cargodesc": (
        "identifier,container_number,description_sequence_number,piece_count,description_text\n"
        "11,MSKU6011672,2,,EN YARN\n11,MSKU6011672,1,50,WOOL\n"
        "12,TCLU3093643,1,40,RICE \n12,TCLU3093643,2,5,BEANS\n12,MSCU1234566,1,45,RICE\n"
    ),
    "tariff": (
        "identifier,container_number,description_sequence_number,harmonized_number,harmonized_value,harmonized_weight,"
        "harmonized_weight_unit\n"
        "11,MSKU6011672,1,510910,700,,\n12,TCLU3093643,1,100630,,1500,Kilograms\n12,TCLU3093643,2,71331,,200,Kilograms\n"
    ),
    "marksnumbers": "identifier,container_number,marks_and_numbers_1,marks_and_numbers_2\n12,TCLU3093643,AG,1-45\n",
    "hazmat": "identifier,container_number,hazmat_code,hazmat_class,hazmat_contact\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    def write(name: str = "ams", **changed: str | None) -> Path:
        path = tmp_path / name
        path.mkdir()
        for kind, text in (TABLES | changed).items():
            if text is not None:
                (path / f"ams__{kind}_1.csv").write_text(text)
        return path

    return write


def _read(path: Path) -> Manifest:
    manifest = read_many(files([path])).as_filed()
    assert manifest.balance == 0
    return manifest


def test_a_folder_is_one_manifest(folder: Callable[..., Path]) -> None:
    manifest = _read(folder())
    rows = {row["container_number"]: row for row in manifest.consignments.to_dicts()}
    wool, rice, more = rows["MSKU6011672"], rows["TCLU3093643"], rows["MSCU1234566"]
    assert (wool["bill_of_lading"], wool["house_bill"], wool["bill_type"]) == ("M11", "H11", "to_order")
    assert (wool["goods_description"], wool["package_count"]) == ("WOOLEN YARN", 50)
    assert wool["gross_weight_kg"] == pytest.approx(907.18474)
    assert (wool["declared_value"], wool["currency"], wool["seal_numbers"]) == (700.0, "USD", ["S1", "S2"])
    assert (wool["consignee_address"], wool["shipper_address"]) == (None, "KM 4, PUNO, PE")
    assert (wool["vessel_imo"], rice["vessel_imo"], wool["arrives_at"]) == ("9321483", None, rice["arrives_at"])
    assert (rice["goods_description"], rice["hs_codes"]) == ("RICE; BEANS", ["100630", "071331"])
    assert (rice["gross_weight_kg"], rice["package_count"], rice["marks"]) == (1700.0, 45, "AG 1-45")
    assert (more["gross_weight_kg"], more["bill_gross_weight_kg"], more["package_count"]) == (None, 4000.0, 45)
    assert "NOBODY" not in str(rows)
    assert (manifest.understood.format, manifest.understood.file) == ("US AMS", str(Path(manifest.understood.file)))


def test_the_tables_are_a_message_of_which_kinds_of_packages_stay_as_filed(folder: Callable[..., Path]) -> None:
    header = TABLES["header"].replace(",CTN,", ",BOX,")
    manifest = _read(folder(header=header, billgen=TABLES["billgen"].replace("2027-03-01", "")))
    assert set(manifest.consignments["package_type"]) == {"BOX", "BAG"}
    assert manifest.consignments["filed_at"].null_count() == 0
    assert any("the time of the file counts instead" in note for note in manifest.understood.notes)


def test_a_folder_named_in_any_way_gives_the_same(folder: Callable[..., Path], tmp_path: Path) -> None:
    path = folder()
    once = _read(path).consignments
    (tmp_path / "ams.zip").write_bytes(b"")
    with zipfile.ZipFile(tmp_path / "ams.zip", "w") as archive:
        for file in sorted(path.iterdir()):
            archive.write(file, f"day/{file.name}")
    assert read(path).consignments.equals(once)
    assert read(tmp_path / "ams.zip").consignments.equals(once)
    assert read_many(files([path / "ams__*.csv"])).as_filed().consignments.equals(once)
    assert understand(path).format == "US AMS"
    for file in path.iterdir():
        (path / f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes()))
        file.unlink()
    assert _read(path).consignments.equals(once)


def test_other_manifests_beside_the_tables_are_read_as_ever(folder: Callable[..., Path]) -> None:
    path = folder()
    (path / "other.csv").write_text(
        "bill of lading,container no,filed at,pol,pod,goods\nB9,MSCU1234566,2027-03-01,PECLL,USSAV,FISH\n"
    )
    assert set(_read(path).consignments["bill_of_lading"]) == {"M11", "M12", "B9"}


def test_untidy_files_are_read_through_the_reader_of_csv(folder: Callable[..., Path]) -> None:
    quoted = TABLES["cargodesc"].replace("RICE \n", '"RICE\nPARBOILED"\n')
    consignee = TABLES["consignee"].replace("MILL,1 ST", "CAF\xc9,1 ST")
    path = folder(cargodesc=quoted + "12,TCLU3093643,9,,A,B,C\n")
    (path / "ams__consignee_1.csv").write_bytes(consignee.encode("latin-1"))
    manifest = _read(path)
    rows = {row["container_number"]: row for row in manifest.consignments.to_dicts()}
    assert rows["TCLU3093643"]["goods_description"] == "RICE PARBOILED; BEANS"
    assert rows["TCLU3093643"]["consignee_name"] == "CAF\xc9"
    assert manifest.quarantine["rule"].to_list() == ["too_many_fields"]
    assert manifest.quarantine["file"][0].endswith("ams__cargodesc_1.csv")


def test_rows_without_a_header_are_refused_and_keep_their_line(folder: Callable[..., Path]) -> None:
    manifest = _read(folder(container=TABLES["container"] + "99,TEMU3055189,,,22G1\n"))
    assert manifest.quarantine.select("line", "rule", "value").rows() == [(5, "no_header", "99")]
    assert "TEMU3055189" in manifest.quarantine["row"][0]


def test_goods_without_a_container_go_to_the_only_one_or_describe_all(folder: Callable[..., Path]) -> None:
    text = (
        TABLES["cargodesc"].replace(",MSKU6011672,", ",,").replace(",TCLU3093643,", ",,").replace(",MSCU1234566,", ",,")
    )
    rows = {row["container_number"]: row for row in _read(folder(cargodesc=text, tariff=None)).consignments.to_dicts()}
    assert (rows["MSKU6011672"]["goods_description"], rows["MSKU6011672"]["package_count"]) == ("WOOLEN YARN", 50)
    assert rows["TCLU3093643"]["goods_description"] == rows["MSCU1234566"]["goods_description"]
    assert rows["TCLU3093643"]["package_count"] is None
    assert rows["TCLU3093643"]["bill_package_count"] == 90


def test_texts_that_lost_the_blanks_at_their_ends_are_joined_with_blanks(folder: Callable[..., Path]) -> None:
    parts = [f"11,MSKU6011672,{number},,WORD" for number in range(2, 40)]
    text = TABLES["cargodesc"].split("\n")[0] + "\n11,MSKU6011672,1,50,WOOL\n" + "\n".join(parts) + "\n"
    rows = _read(folder(cargodesc=text)).consignments
    assert rows["goods_description"][0].startswith("WOOL WORD WORD")


def test_a_deleted_bill_is_cancelled_and_a_later_run_is_a_version(folder: Callable[..., Path]) -> None:
    path = folder()
    for kind, text in TABLES.items():
        later = text.replace("2027-03-01", "2027-03-02").replace("2000,Pounds", "2100,Pounds")
        later = later.replace("Cubic Meters,New,,", "Cubic Meters,Deleted,,")
        (path / f"ams__{kind}_2.csv").write_text(later)
    manifest = _read(path)
    assert manifest.consignments["container_number"].to_list() == ["MSKU6011672"]
    assert manifest.consignments["gross_weight_kg"].to_list() == pytest.approx([952.543977])
    assert manifest.earlier.height == 3


def test_values_that_are_not_understood_are_empty_with_a_note(folder: Callable[..., Path]) -> None:
    header = TABLES["header"].replace("2000,Pounds", "2000,Stones").replace("2027-03-09", "soon")
    manifest = _read(folder(header=header))
    notes = " ".join(manifest.understood.notes)
    assert "2000 Stones" in notes
    assert "soon" in notes
    assert manifest.consignments.height == 3


def test_tables_without_their_header_are_left_aside_in_one_line(folder: Callable[..., Path], tmp_path: Path) -> None:
    path = folder(header=None)
    with pytest.raises(LeftAsideError, match="without their header"):
        read(path)
    with pytest.raises(LeftAsideError, match="the tariff of US AMS tables without their header"):
        read(path / "ams__tariff_1.csv")
    whole = folder("whole")
    with pytest.raises(LeftAsideError, match="without their other tables"):
        read(whole / "ams__header_1.csv")
    (whole / "ams__billgen_1.csv").unlink()
    with pytest.raises(ManifestError, match="billgen"):
        read(whole)


def test_a_flat_table_with_headings_of_ams_is_a_plain_csv(tmp_path: Path) -> None:
    path = tmp_path / "flat.csv"
    path.write_text(
        "identifier,run_date,master_bol_number,container_number,vessel_name,port_of_unlading,foreign_port_of_lading,"
        "description_text\n1,2027-03-01,M1,MSKU6011672,ELM,Savannah,Callao,WOOL\n"
    )
    assert read(path).understood.format == "CSV"


def test_ports_may_be_codes_of_the_us_schedules(folder: Callable[..., Path]) -> None:
    header = TABLES["header"].replace("Savannah,2027", "401,2027").replace("Callao", "1822")
    row = read(folder(header=header)).consignments.row(0, named=True)
    assert (row["port_of_loading"], row["port_of_discharge"]) == ("CAMTR", "USBOS")


@pytest.mark.parametrize("broken", ["a\rb", "a\0b", "x" * 200_000])
def test_a_line_of_headings_that_is_no_line_of_a_table_is_refused_in_one_line(
    folder: Callable[..., Path], tmp_path: Path, broken: str
) -> None:
    packed = tmp_path / "ams.zip"
    headings = TABLES["container"].replace("container_type", broken, 1)
    with zipfile.ZipFile(packed, "w") as archive:
        for path in files([folder(container=headings)]):
            archive.write(path, path.name)
    try:
        manifest = read(packed)
    except ManifestError as refused:
        assert str(refused).isprintable()
    else:
        assert manifest.balance == 0
