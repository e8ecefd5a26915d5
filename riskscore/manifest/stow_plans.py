"""The stow plan beside the manifest: which containers are aboard, and what the plan says otherwise.

    consignments of a voyage + its stow plan ─▶ one row per difference, each with a sentence

A plan shows where each container stands on the ship, so the terminal and the line rely on it: a full box that no bill
names (red flag 56), another weight (flag 32), another port or another kind of box. The plan is often made after the
manifest was filed, so it never changes a score; its differences stand beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from riskscore import door, reference
from riskscore.cells import places
from riskscore.errors import ManifestError
from riskscore.manifest import archives
from riskscore.manifest.formats import registry
from riskscore.manifest.formats.table import STOW_PLAN
from riskscore.units import counted

DIFFERENCES: dict[str, pl.DataType | type[pl.DataType]] = {
    "container_number": pl.String,
    "bill_of_lading": pl.String,
    "kind": pl.String,
    "manifest": pl.String,
    "plan": pl.String,
    "position": pl.String,
    "sentence": pl.String,
}
"""Columns of the differences: what the manifest says, what the plan says, and where the container stands aboard."""

FLAG = 56
"""The red flag that only a stow plan can answer."""

KINDS = (
    "not_on_manifest",
    "full_not_empty",
    "weight",
    "port_of_discharge",
    "type",
    "not_aboard",
    "empty_not_on_manifest",
)
"""Kinds of differences, the gravest first."""

TARES = {"2": (1_900.0, 4_000.0), "4": (3_500.0, 5_200.0), "L": (4_000.0, 5_500.0)}
"""First sign of an ISO 6346 size code (20, 40 and 45 feet) -> lightest and heaviest usual tare of the box, in kg."""

_ANY_TARE = (1_800.0, 5_500.0)
_TOLERANCE = 0.05
_LEAST_KG = 500.0
_EMPTY = r"(?i)^\W*(?:EMPTY|EMPTIES|MTY|VAC[IÍ]O|VAZIO|VIDE|LEER|空箱|空柜)"
_SHIP = ("vessel_imo", "vessel_name")
_PORTS = ("port_of_loading", "port_of_discharge")


@dataclass(frozen=True)
class Compared:
    """The `differences` (columns DIFFERENCES, the gravest first), how many boxes were compared, and notes."""

    differences: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=DIFFERENCES))
    boxes: int = 0
    notes: tuple[str, ...] = ()

    def of(self, container: str) -> list[str]:
        """What the plan says otherwise about one container, in sentences."""
        return self.differences.filter(container_number=container)["sentence"].to_list()

    def record(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        return {"boxes": self.boxes, "notes": self.notes, "differences": self.differences.to_dicts()}


def read(path: Path) -> pl.DataFrame:
    """Read a stow plan (EDIFACT BAPLIE): one row per container aboard, columns messages.stow_plan.STOW_PLAN.

    Ports are UN/LOCODEs, and the text as filed where it was not understood.
    Raises ManifestError where the file is no stow plan, or cannot be read.
    """
    tables = [table for member in archives.open_file(path) for table in registry.load(member, lambda _: 0)]
    tables = [table for table in tables if table.kind == STOW_PLAN]
    if not tables:
        raise ManifestError(f"{path} is no stow plan; name an EDIFACT BAPLIE message")
    with door.guarded(ManifestError, f"{path} has values that cannot be read ({{reason}}); ask for it again"):
        plan = pl.concat([table.frame for table in tables])
        ports = [places.ports(plan[name]).alias(name) for name in _PORTS]
        return plan.with_columns(ports)


def compare(consignments: pl.DataFrame, plan: pl.DataFrame, name: str = "the stow plan") -> Compared:
    """Compare `consignments` (canonical columns) with the `plan` of their voyage (see `read`).

    Consignments of other ships or voyages are left out, and so are boxes aboard for other ports.
    """
    voyage, plan = _with_known_ports(of_voyages(consignments, plan)), _with_known_ports(plan)
    if not voyage.height:
        names = pl.concat_str(["vessel_name", "voyage"], separator=" ", ignore_nulls=True)
        ships = ", ".join(plan.select(names).to_series().unique().drop_nulls()) or "no named ship"
        return Compared(notes=(f"{name} is of {ships}. No consignment is on this voyage, so nothing was compared",))
    ports = voyage["port_of_discharge"].unique().drop_nulls()
    named = plan.filter(pl.col("container_number").is_not_null())
    aboard = named.unique("container_number", keep="first", maintain_order=True)
    here = aboard.filter(pl.col("port_of_discharge").is_in(ports.implode()))
    boxes = _boxes(voyage)
    both = boxes.join(aboard, on="container_number", suffix="_plan", how="inner", maintain_order="left")
    unbilled = here.join(boxes, on="container_number", how="anti", maintain_order="left")
    unbilled = unbilled.with_columns(bill_of_lading=pl.lit(None, pl.String))
    missing = boxes.join(aboard, on="container_number", how="anti", maintain_order="left").with_columns(
        position=pl.lit(None, pl.String)
    )
    is_empty = pl.col("is_empty").fill_null(False)
    box, port, at = "container_number", "port_of_discharge", "position"
    found = [
        _rows(
            unbilled.filter(~is_empty),
            "not_on_manifest",
            plan=_described(),
            said=_sentence("{} is aboard for {}, at position {}, and no bill names it ({})", box, port, at, "plan"),
        ),
        _rows(
            unbilled.filter(is_empty),
            "empty_not_on_manifest",
            plan=_described(),
            said=_sentence("{} is aboard for {}, at position {}, as an empty box, and no bill names it", box, port, at),
        ),
        _rows(
            both.filter("declared_empty", ~pl.col("is_empty")),  # none where the plan does not say
            "full_not_empty",
            manifest=pl.lit("empty"),
            plan=pl.lit("full"),
            said=_sentence("{} is declared as empty, but the stow plan says that it is full", box),
        ),
        _rows(
            both.filter(_other_weight()),
            "weight",
            manifest=_kg("declared_kg"),
            plan=_kg("gross_weight_kg"),
            said=_sentence("{} weighs {} with its tare on the stow plan, but {} are declared", box, "plan", "manifest"),
        ),
        _rows(
            both.filter(pl.col(port) != pl.col("port_of_discharge_plan")),
            "port_of_discharge",
            manifest=pl.col(port),
            plan=pl.col("port_of_discharge_plan"),
            said=_sentence("{} is for {} on the stow plan, but for {} on its bill", box, "plan", "manifest"),
        ),
        _rows(
            both.filter(_other_type()),
            "type",
            manifest=pl.col("container_type"),
            plan=pl.col("container_type_plan"),
            said=_sentence("{} is a {} on the stow plan, but a {} on its bill", box, "plan", "manifest"),
        ),
        _rows(
            missing,
            "not_aboard",
            manifest=pl.col("bill_of_lading"),
            said=_sentence("{} is on bill {}, but not on the stow plan", box, "manifest"),
        ),
    ]
    order = {kind: place for place, kind in enumerate(KINDS)}
    differences = pl.concat(found).sort(pl.col("kind").replace_strict(order, return_dtype=pl.Int8), maintain_order=True)
    return Compared(differences, both.height)


def facts(plan: pl.DataFrame) -> dict[str, Any]:
    """What a plan says as a whole: its ships, how many boxes are aboard, full and empty, and for which ports."""
    ships = plan.select(pl.concat_str(["vessel_name", "voyage"], separator=" ", ignore_nulls=True)).to_series()
    ports = plan["port_of_discharge"].drop_nulls().value_counts(sort=True)
    return {
        "ships": ", ".join(ships.drop_nulls().unique(maintain_order=True)),
        "boxes_aboard": plan["container_number"].n_unique(),
        "empty_boxes": int(plan["is_empty"].fill_null(False).sum()),
        "ports_of_discharge": ", ".join(f"{port} ({count:,})" for port, count in ports.iter_rows()),
    }


def told(compared: Compared, most: int = 10) -> list[str]:
    """What people should know, in sentences: how much was compared, and the first `most` differences."""
    sentences = compared.differences["sentence"]
    said = [*compared.notes]
    if compared.boxes or sentences.len():
        boxes, found = counted(compared.boxes, "box", "boxes"), counted(sentences.len(), "difference")
        were = "was" if compared.boxes == 1 else "were"
        said.append(f"{boxes} of the manifest {were} compared with the stow plan: {found}")
    said += sentences.head(most).to_list()
    more = sentences.len() - most
    return [*said, f"and {counted(more, 'more difference')}"] if more > 0 else said


def plain(name: str) -> pl.Expr:
    """The texts of a column as ships and voyages are compared: capitals without blanks and signs."""
    return pl.col(name).str.to_uppercase().str.replace_all(r"[^\p{L}\p{N}]", "").replace("", None)


def of_voyages(consignments: pl.DataFrame, plan: pl.DataFrame) -> pl.DataFrame:
    """The `consignments` whose ship, by number or else by name, and voyage are among those of the `plan`."""
    compared = [plain(name).alias(f"_{name}") for name in (*_SHIP, "voyage")]
    ships = plan.select(compared).unique()
    rows = consignments.with_columns(compared).with_row_index("_row")
    same = [
        rows.join(ships.select(f"_{ship}", "_voyage").unique(), on=[f"_{ship}", "_voyage"], how="semi")["_row"]
        for ship in _SHIP
    ]
    return rows.filter(pl.col("_row").is_in(pl.concat(same).implode())).select(consignments.columns)


def _with_known_ports(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` without ports that were not understood: they differ from nothing."""
    present = [name for name in _PORTS if name in rows.columns]
    return rows.with_columns(rows[name].set(~places.are_ports(rows[name]), None) for name in present)


def _boxes(voyage: pl.DataFrame) -> pl.DataFrame:
    """One row per container: its first bill, what all its bills declare together, and whether all say it is empty."""
    weight = pl.col("gross_weight_kg")
    return voyage.group_by("container_number", maintain_order=True).agg(
        pl.col("bill_of_lading", "container_type", "port_of_discharge").first(),
        pl.when(weight.null_count() == 0).then(weight.sum()).alias("declared_kg"),
        pl.col("goods_description").str.contains(_EMPTY).fill_null(False).all().alias("declared_empty"),
    )


def _other_weight() -> pl.Expr:
    """The plan's weight fits the declared weight neither with nor without the tare of any box of that length.

    Where plan and manifest differ in the length, the tare may be that of any box.
    """
    planned, filed = (pl.col(name).str.slice(0, 1) for name in ("container_type_plan", "container_type"))
    size = pl.when((planned == filed).fill_null(True)).then(pl.coalesce(planned, filed))
    lightest, heaviest = (
        size.replace_strict(
            {sign: tares[end] for sign, tares in TARES.items()}, default=_ANY_TARE[end], return_dtype=pl.Float64
        )
        for end in (0, 1)
    )
    plan, declared = pl.col("gross_weight_kg"), pl.col("declared_kg")
    slack = pl.max_horizontal(plan * _TOLERANCE, _LEAST_KG)
    fits = plan.is_between(declared + lightest - slack, declared + heaviest + slack) | (
        (plan - declared).abs() <= slack
    )
    return ~fits & ~pl.col("is_empty").fill_null(False) & ~pl.col("declared_empty")


def _other_type() -> pl.Expr:
    """Length or kind (dry, refrigerated, tank ...) of the box differ; unknown codes differ from nothing."""
    groups = dict(reference.container_types().select("iso_code", "group").iter_rows())
    kinds = [
        pl.col(name).replace_strict(groups, default=None, return_dtype=pl.String)
        for name in ("container_type", "container_type_plan")
    ]
    sizes = [pl.col(name).str.extract(r"^([24L])", 1) for name in ("container_type", "container_type_plan")]
    return ((kinds[0] != kinds[1]) | (sizes[0] != sizes[1])).fill_null(False)


def _described() -> pl.Expr:
    """What the plan says about a box: type, weight and port of loading, as far as it says them."""
    parts = [pl.col("container_type"), _kg("gross_weight_kg"), pl.lit("from ") + pl.col("port_of_loading")]
    return pl.concat_str(parts, separator=", ", ignore_nulls=True)


def _kg(name: str) -> pl.Expr:
    return pl.col(name).round().cast(pl.Int64).cast(pl.String) + pl.lit(" kg")


def _sentence(sentence: str, *names: str) -> pl.Expr:
    return pl.format(sentence, *(pl.col(name).fill_null("unknown") for name in names))


def _rows(
    rows: pl.DataFrame, kind: str, *, said: pl.Expr, manifest: pl.Expr | None = None, plan: pl.Expr | None = None
) -> pl.DataFrame:
    """`rows` as differences of one `kind`; the sentence `said` may use the columns `manifest` and `plan`."""
    nothing = pl.lit(None, pl.String)
    texts = {name: nothing if text is None else text for name, text in (("manifest", manifest), ("plan", plan))}
    return rows.with_columns(pl.lit(kind).alias("kind"), **texts).with_columns(sentence=said).select(*DIFFERENCES)
