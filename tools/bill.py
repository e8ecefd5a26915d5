"""Write NOTICE and the bill of materials (CycloneDX JSON) of the packages that riskscore runs with: `make bill`.

requirements/run.txt ────────┐
metadata of what is installed ┼─▶ name, version, licence, what needs what ─▶ NOTICE, requirements/bill.cdx.json
requirements/licences.toml ──┘

A licence is what the metadata of a package states as an SPDX expression. Where it states none, or the package belongs
to another platform, `licences.toml` does, together with the words that the metadata had when someone read the licence.
A licence that is not accepted there, or other words, end with an error. Both files are the same for the same lock.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
import uuid
from collections import defaultdict
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from license_expression import LicenseSymbol, LicenseWithExceptionSymbol, get_spdx_licensing
from packageurl import PackageURL
from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import riskscore

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "run.txt"
LICENCES = ROOT / "requirements" / "licences.toml"
NOTICE, BILL = ROOT / "NOTICE", ROOT / "requirements" / "bill.cdx.json"
_PINNED = re.compile(r"^([a-z0-9][a-z0-9.-]*)==([^\s;]+)(?:\s*;\s*(.*?))?\s*\\?$", re.MULTILINE)


class LicenceError(Exception):
    """A licence that nobody has accepted yet, or that metadata states in other words than before."""


@dataclass(frozen=True)
class Package:
    """A package of the lock: name, version, licence (SPDX), and whether only some platforms need it."""

    name: str
    version: str
    licence: str
    some: bool


def packages(lock: str, licences: str) -> list[Package]:
    """Return the packages of a lock file, by name and version. Raises LicenceError, naming every package at fault."""
    known = tomllib.loads(licences)
    found, wrong = [], []
    for name, version, marker in sorted(set(_PINNED.findall(lock))):
        try:
            found.append(Package(name, version, licence(name, known), bool(marker)))
        except LicenceError as error:
            wrong.append(str(error))
    if wrong:
        raise LicenceError("\n".join(sorted(set(wrong))))
    return found


def licence(name: str, known: dict) -> str:
    """Return the accepted licence of a package as an SPDX expression. Raises LicenceError if there is none."""
    said = stated(name)
    written = known["declared"].get(name)
    if written and said and written.get("said") != said:
        raise LicenceError(f"{name}: its metadata now says {said!r}; read its licence again")
    try:
        expression = canonicalize_license_expression(written["licence"] if written else said)
    except InvalidLicenseExpression:
        raise LicenceError(f"{name}: {said!r} is no SPDX expression; read its licence and declare it") from None
    if not _accepted(get_spdx_licensing().parse(expression), known["accepted"]):
        raise LicenceError(f"{name}: {expression} is not among the accepted licences")
    return expression


def stated(name: str) -> str:
    """Return what the metadata of an installed package says about its licence; empty if it says nothing."""
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    words = about["License-Expression"] or about["License"] or ""
    classes = [value.split(" :: ")[-1] for value in about.get_all("Classifier", []) if value.startswith("License ::")]
    return words if words and "\n" not in words else "; ".join(classes)


def _accepted(expression: object, names: list[str]) -> bool:
    if isinstance(expression, LicenseSymbol | LicenseWithExceptionSymbol):
        return str(expression) in names
    parts = [_accepted(part, names) for part in expression.args]
    return any(parts) if expression.operator.strip() == "OR" else all(parts)


def notice(found: list[Package]) -> str:
    """Return the text of NOTICE."""
    width = max(len(f"{package.name} {package.version}") for package in found) + 2
    lines = "\n".join(f"{f'{package.name} {package.version}':<{width}}{package.licence}" for package in found)
    return f"""riskscore
Licensed under the Apache License, Version 2.0.

riskscore runs with the packages below. None of them is part of this package: each is installed as its own package, with
its licence in its own .dist-info folder. Written by tools/bill.py; do not edit.

{lines}
"""


def bill(found: list[Package]) -> str:
    """Return the bill of materials as CycloneDX JSON. The number of the bill follows from its content."""
    licences = LicenseFactory()
    bom = Bom()
    bom.metadata.component = root = Component(
        name="riskscore",
        version=riskscore.__version__,
        type=ComponentType.APPLICATION,
        licenses=[licences.make_from_string("Apache-2.0")],
        bom_ref=f"riskscore=={riskscore.__version__}",
    )
    parts = defaultdict(list)
    for package in found:
        component = Component(
            name=package.name,
            version=package.version,
            type=ComponentType.LIBRARY,
            licenses=[licences.make_from_string(package.licence)],
            purl=PackageURL("pypi", name=package.name, version=package.version),
            scope=ComponentScope.OPTIONAL if package.some else ComponentScope.REQUIRED,
            bom_ref=f"{package.name}=={package.version}",
        )
        bom.components.add(component)
        parts[package.name].append(component)
    own = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    bom.register_dependency(root, [part for name in sorted(_named(own)) for part in parts[name]])
    for name, components in parts.items():
        needed = [part for other in sorted(_needs(name)) for part in parts.get(other, [])]
        for component in components:
            bom.register_dependency(component, needed)
    text = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string()
    content = json.loads(text)
    del content["metadata"]["timestamp"]
    content["serialNumber"] = ""
    content["serialNumber"] = uuid.uuid5(uuid.NAMESPACE_OID, json.dumps(content, sort_keys=True)).urn
    return json.dumps(content, indent=1, sort_keys=True) + "\n"


def _needs(name: str) -> set[str]:
    try:
        return _named(metadata.requires(name) or [])
    except metadata.PackageNotFoundError:
        return set()


def _named(lines: list[str]) -> set[str]:
    needs = [Requirement(line) for line in lines]
    return {canonicalize_name(need.name) for need in needs if need.marker is None or "extra" not in str(need.marker)}


def main() -> int:
    """Write both files. Returns 1 if a licence is not accepted."""
    try:
        found = packages(LOCK.read_text("utf-8"), LICENCES.read_text("utf-8"))
    except LicenceError as error:
        print(f"{error}\nSee {LICENCES.relative_to(ROOT)}.", file=sys.stderr)
        return 1
    NOTICE.write_text(notice(found), "utf-8")
    BILL.write_text(bill(found), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
