"""Options that several commands share, so that they are called and explained alike everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Files = Annotated[
    list[Path],
    typer.Argument(help="Manifests: CSV, TSV, Parquet, JSON, JSON Lines or XLSX, plain or in gzip or zip."),
]
File = Annotated[Path, typer.Argument(help="A manifest: CSV, TSV, Parquet, JSON, JSON Lines or XLSX, plain or packed.")]
History = Annotated[
    list[Path],
    typer.Option(
        help="Manifests filed before: files or folders, several after one flag. Without it nobody has a past."
    ),
]
Outcomes = Annotated[
    Path | None,
    typer.Option(help="What inspections found: bill_of_lading, container_number, known_at, finding ..."),
]
Model = Annotated[
    str | None,
    typer.Option(help="Folder of a model, or a name below $RISKSCORE_MODELS. Default: the champion, or what ships."),
]
Columns = Annotated[
    Path | None,
    typer.Option(help="TOML that says which heading means which column, for headings that are not known."),
]
Settings = Annotated[
    Path | None,
    typer.Option(
        help="TOML of what the service has of its own: fields, rows, findings. Default: riskscore.toml, if it is here."
    ),
]
Manifests = Annotated[
    list[Path],
    typer.Option(metavar="PATH...", help="Manifests: files or folders, several after one flag."),
]
Worlds = Annotated[
    list[Path],
    typer.Option(
        metavar="PATH...", help="Simulated worlds to learn from, several after one flag; instead of the other inputs."
    ),
]
Truth = Annotated[
    Path | None,
    typer.Option(help="What was really smuggled; only a simulated world has it."),
]
Lake = Annotated[str, typer.Option(metavar="LAKE", help="Folder of the lake, or its address: s3://bucket/lake.")]
Capacity = Annotated[
    Path | None,
    typer.Option(help="TOML: boxes, scans, documents and audits a day, by port. Default: 10, 20, 40 and 20."),
]
Seed = Annotated[
    str | None,
    typer.Option(help="A text published after the last filing, from which the lots are drawn. Default: the date."),
]
Lang = Annotated[
    str,
    typer.Option(
        metavar="LANG",
        envvar="RISKSCORE_LANG",
        help="Language of reasons, checks and sheets: en, zh, fr, vi, es or pt.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
