"""The errors that riskscore raises on purpose.

    RiskscoreError
    ├── ManifestError       a file cannot be read as a manifest
    │   └── LeftAsideError  a file is a known message that is no manifest
    │       └── StowPlanError   it is a stow plan
    ├── ReferenceDataError  a reference table is missing or malformed
    ├── CatalogueError      the declared features and the code disagree
    ├── ModelError          a model is missing, damaged or was trained on other features
    ├── TrainingError       no model can be trained or judged on the data
    ├── LakeError           a lake does not exist, cannot be reached, or lacks what was asked for
    │   └── DamageError         files of a lake in a folder are missing or damaged
    ├── BusyError           another nightly run is working on the same lake
    └── SettingsError       a setting or an argument is wrong

A message says in one line what is wrong, where, and what to do. The command line prints it on stderr and exits with
the error's `exit_code`.
"""

from __future__ import annotations

from riskscore import visible

LONGEST = 900
"""Most characters of a message: a heading or value that somebody filed can have millions."""


class RiskscoreError(Exception):
    """Base class of all these errors. The command line catches this class and no wider one."""

    exit_code = 2

    def __init__(self, message: str = "", *more: object) -> None:
        super().__init__(message if len(message) <= LONGEST else visible.message(message, LONGEST), *more)


class ManifestError(RiskscoreError):
    """The file cannot be read as a manifest: wrong format, missing required column, or damaged archive."""


class LeftAsideError(ManifestError):
    """The file is a message that is known and is no manifest, such as a booking confirmation."""

    def __init__(self, name: str, what: str) -> None:
        super().__init__(f"{name} is {what}, not a manifest, so it is left aside")
        self.why = f"{what}, not a manifest"


class StowPlanError(LeftAsideError):
    """The file is a stow plan, which is read beside the manifest of its voyage."""

    def __init__(self, name: str, form: str) -> None:
        super().__init__(name, f"a stow plan ({form})")
        self.args = (f"{self}; name it with --stow-plan beside the manifest of its voyage",)


class ReferenceDataError(RiskscoreError):
    """A reference table is missing or malformed, or contradicts itself."""


class CatalogueError(RiskscoreError):
    """A feature is declared but not computed, or computed but not declared."""


class ModelError(RiskscoreError):
    """The model folder is missing or damaged, or the model was trained on other features."""


class TrainingError(RiskscoreError):
    """No model can be trained or judged on the data: no outcomes, no seizures, or a single day."""


class LakeError(RiskscoreError):
    """The lake does not exist, its store refuses access, or it lacks what was asked for."""


class DamageError(LakeError):
    """Files of a lake in a folder are missing or damaged. `riskscore lake check` says which."""


class BusyError(RiskscoreError):
    """Another run is working on the lake. Try again later (EX_TEMPFAIL of sysexits)."""

    exit_code = 75


class SettingsError(RiskscoreError):
    """A setting or an argument is malformed, or names something that does not exist."""
