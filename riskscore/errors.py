"""Everything that riskscore raises on purpose.

    RiskscoreError
    ├── ManifestError     a file that cannot be read as a manifest at all
    ├── ReferenceDataError a reference table that is missing or malformed
    ├── CatalogueError    the declared features and the code disagree
    ├── ModelError        a model that is missing, malformed or of other features
    ├── TrainingError     data that no model can be trained or judged on
    ├── LakeError         a lake that is not there, cannot be reached, or does not hold what is asked for
    ├── BusyError         another nightly run is at work on the same lake
    └── SettingsError     a setting or an argument that makes no sense

A message says what is wrong, where, and what to do about it, in one line. The command line prints it on
stderr and exits with the error's `exit_code`.
"""


class RiskscoreError(Exception):
    """Root of the tree; the command line catches this and nothing wider."""

    exit_code = 2


class ManifestError(RiskscoreError):
    """The file cannot be read as a manifest: wrong format, required column missing, archive damaged."""


class ReferenceDataError(RiskscoreError):
    """A reference table is missing, malformed or contradicts itself."""


class CatalogueError(RiskscoreError):
    """A feature is declared but not computed, or computed but not declared."""


class ModelError(RiskscoreError):
    """The model folder is missing, damaged, or was trained on other features."""


class TrainingError(RiskscoreError):
    """The data cannot train or judge a model: no outcomes, no seizures, a single day."""


class LakeError(RiskscoreError):
    """There is no lake there, its store refuses, or it does not hold what was asked for."""


class BusyError(RiskscoreError):
    """Somebody else is at it; trying again later is all that is needed (EX_TEMPFAIL of sysexits)."""

    exit_code = 75


class SettingsError(RiskscoreError):
    """A setting or an argument is malformed, or points to something that is not there."""
