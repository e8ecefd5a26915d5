"""The commands that sign alerts: `alerts sign` and `alerts verify`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from riskscore.cli import options
from riskscore.cli.keys import Key, tell
from riskscore.views import console

Signed = Annotated[
    Path, typer.Argument(metavar="PATH", help="A file of alerts, or the package of a case (.zip or folder).")
]


def sign(path: Signed, key: Key, json: options.Json = False) -> None:
    """Sign alerts, or the package of a case.

    The signature is written to a file next to PATH whose name ends with .sig. Send both.

    \b
    Example:
      riskscore alerts sign case.zip --key /etc/riskscore/maker.pem
    """
    from riskscore.alerts import signed

    beside = signed.sign(path, key)
    if json:
        console.emit({"signed": str(path), "signature_file": str(beside)})
    else:
        console.stdout().print(f"The signature is in {console.plain(beside)}.")


def verify(path: Signed, settings: options.Settings = None, json: options.Json = False) -> None:
    """Check who signed alerts or a package.

    `riskscore alerts import` checks this by itself where the settings have keys for alerts.

    \b
    Example:
      riskscore alerts verify case.zip --settings riskscore.toml

    \b
    Exit codes:
      0  signed with a key of the settings, and unchanged
      2  not signed, changed, or signed with another key
    """
    from riskscore.alerts import signed
    from riskscore.settings import find_settings

    tell(path, signed.signer(path), find_settings(settings).signatures.get("alerts", ()), json=json)
