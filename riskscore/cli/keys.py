"""The command `keys`: a key pair that signs models and alerts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from riskscore.cli import options
from riskscore.views import console

Key = Annotated[
    Path,
    typer.Option(
        "--key", metavar="FILE", help="Private key that `riskscore keys` made. Nobody else may read the file."
    ),
]


def keys(
    out: Annotated[Path, typer.Argument(metavar="FILE", help="New file for the private key. Only you can read it.")],
    json: options.Json = False,
) -> None:
    """Make a pair of keys (Ed25519) to sign models and alerts.

    The private key is written to FILE and never printed. The public key is printed. Those who use your models or alerts
    put it into their settings. From then on they use nothing that none of their keys has signed:

    \b
      [signatures]
      models = ["PUBLIC KEY"]
      alerts = ["PUBLIC KEY", "PUBLIC KEY OF ANOTHER SERVICE"]

    \b
    Example:
      riskscore keys /etc/riskscore/maker.pem
    """
    from riskscore import signatures

    public = signatures.make_key(out)
    if json:
        console.emit({"private_key_file": str(out), "public_key": public})
        return
    console.stdout().print(f"The private key is in {console.plain(out)}. The public key is:")
    console.stdout().print(public, soft_wrap=True)


def tell(what: object, found: str | None, trusted: tuple[str, ...], *, json: bool) -> None:
    """Print who signed `what`. Raises SettingsError if nobody did, or a key that the settings do not have."""
    from riskscore import signatures

    signatures.check(str(what), found, trusted)
    if json:
        console.emit({"checked": str(what), "public_key": found})
    else:
        console.stdout().print(f"{console.plain(what)} is signed with a key of the settings:")
        console.stdout().print(str(found), soft_wrap=True)


COMMANDS = (keys,)
