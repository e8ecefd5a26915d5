"""Registry: which version of the model is the champion, and how it came to be.

    challenger ── promote ─▶ champion ── rollback ─▶ former, and the champion before it is champion again
        └─────── retire ───▶ retired: not to be promoted or used again

Nothing is ever changed but by one more entry of the history, so that who was champion at any time, why, and on what
figures, stays known. Where nothing was promoted the model that ships is the champion.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any

from riskscore.environment import SHIPPED
from riskscore.errors import ModelError
from riskscore.model.archive import Archive, Files, checksum
from riskscore.model.booster import CARD
from riskscore.model.card import Card

PROMOTE, ROLLBACK, RETIRE = "promote", "rollback", "retire"

CHAMPION, FORMER, CHALLENGER, RETIRED = "champion", "former", "challenger", "retired"


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the history.

    `model` is what was promoted, rolled back to or retired, `before` the champion until then and `champion` the one
    from then on, whose content `checksum` tells; `catalogue` is the hash of the declarations that `model` was trained
    on. `reason` is what was said, `refusals` what a promotion overrode, and `figures` what it rested on.
    """

    action: str
    model: str
    champion: str
    checksum: str | None
    number: int = 0
    before: str = ""
    at: str = ""
    catalogue: str = ""
    reason: str = ""
    refusals: list[str] = field(default_factory=list)
    figures: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Change:
        """Read what an archive keeps; fields that a later release added are left aside."""
        names = {each.name for each in fields(cls)}
        try:
            return cls(**{name: value for name, value in record.items() if name in names})
        except TypeError as lacking:
            raise ModelError(f"a change of the champion lacks fields ({lacking}); restore it") from None


@dataclass(frozen=True, slots=True)
class Version:
    """A version as it stands: its name, its state, its card if it has one, and why it is `unreadable`, if it is."""

    name: str
    state: str
    card: Card | None
    unreadable: str | None = None


class Registry:
    """The history in an archive, read once; a change is refused where another was made since.

    `otherwise` is the champion where nothing was promoted.
    """

    def __init__(self, archive: Archive, *, otherwise: str = SHIPPED) -> None:
        self.archive = archive
        self.otherwise = otherwise
        self.changes = [Change.of(record) for record in archive.changes()]

    @property
    def champion(self) -> str:
        """Name of the champion."""
        return self.changes[-1].champion if self.changes else self.otherwise

    @property
    def checksum(self) -> str | None:
        """What the champion's content was when it became champion; None where nothing ever did."""
        return self.changes[-1].checksum if self.changes else None

    @property
    def retired(self) -> set[str]:
        """Names that were retired."""
        return {change.model for change in self.changes if change.action == RETIRE}

    def state(self, name: str) -> str:
        """What `name` is at present."""
        if name == self.champion:
            return CHAMPION
        if name in self.retired:
            return RETIRED
        was = any(name in (change.champion, change.before) for change in self.changes)
        return FORMER if was else CHALLENGER

    def of(self, name: str) -> list[Change]:
        """The changes that `name` took part in."""
        return [change for change in self.changes if name in (change.model, change.before, change.champion)]

    def versions(
        self,
        others: Mapping[str, Files | ModelError] | None = None,
        fits: Callable[[str, Files], object] = lambda *_: None,
    ) -> list[Version]:
        """Every version: those of the archive, and `others` that are at hand elsewhere, by name.

        `fits` is told each name and its files, and raises ModelError where they cannot be used.
        """
        found: dict[str, Files | ModelError] = dict(others or {})
        for name in {*self.archive.names(), self.champion}:
            try:
                only = self.checksum if name == self.champion else None
                found[name] = self.archive.files(name, only)
            except ModelError as reason:
                if name not in found or name == self.champion:
                    found[name] = reason
        return [self._version(name, found[name], fits) for name in sorted(found)]

    def _version(self, name: str, files: Files | ModelError, fits: Callable[[str, Files], object]) -> Version:
        if isinstance(files, ModelError):
            return Version(name, self.state(name), None, str(files))
        card = None
        try:
            card = Card.from_json(files[CARD])
            fits(name, files)
        except ModelError as reason:
            return Version(name, self.state(name), card, str(reason))
        return Version(name, self.state(name), card)

    def check(self, name: str, content: str) -> None:
        """Raise ModelError where `name` with this checksum is the champion already, or is retired."""
        if name == self.champion and (content == self.checksum or not self.changes):
            raise ModelError(f"{name} is the champion already")
        if name in self.retired:
            raise ModelError(f"{name} was retired, which is for good; train a model under another name")

    def promote(
        self,
        name: str,
        files: Files,
        *,
        champion: Files | None = None,
        reason: str = "",
        refusals: Sequence[str] = (),
        figures: Mapping[str, Any] | None = None,
    ) -> Change:
        """Make `name`, with these files, the champion; those of the `champion` before are kept for a rollback.

        Raises ModelError where it is the champion or retired, where it cannot be kept, and where somebody was faster.
        """
        self.check(name, checksum(files))
        if champion is not None:
            self.archive.keep(self.champion, champion)
        self.archive.keep(name, files)
        card = Card.from_json(files[CARD])
        change = Change(PROMOTE, name, name, checksum(files), catalogue=card.catalogue, reason=reason)
        return self._add(replace(change, refusals=list(refusals), figures=figures or {}))

    def rollback(self, reason: str = "") -> Change:
        """Make the champion before the present one champion again, leaving out retired ones.

        Raises ModelError where there is none, where it cannot be read, and where somebody was faster.
        """
        name, only = self.before()
        files = self.archive.files(name, only)
        card = Card.from_json(files[CARD])
        return self._add(Change(ROLLBACK, name, name, checksum(files), catalogue=card.catalogue, reason=reason))

    def before(self) -> tuple[str, str | None]:
        """Name and checksum of the champion before: promotions pile up, and a rollback takes the top one off.

        Raises ModelError where there is none that is not retired.
        """
        first = self.changes[0].before if self.changes else self.otherwise
        pile: list[tuple[str, str | None]] = [(first, None)]
        for change in self.changes:
            if change.action == PROMOTE:
                pile.append((change.champion, change.checksum))
            elif change.action == ROLLBACK:
                while len(pile) > 1 and pile[-1] != (change.champion, change.checksum):
                    pile.pop()
        for name, only in reversed(pile[:-1]):
            if name not in self.retired:
                return name, only
        raise ModelError(f"there is no champion before {self.champion} to go back to")

    def retire(self, name: str, reason: str = "", *, known: Collection[str] = ()) -> Change:
        """Mark `name` as not to be promoted or used again; `known` are names that are not in the archive yet.

        Raises ModelError for the champion, for what ships, and for a name that is retired already or not known.
        """
        if name == self.champion:
            raise ModelError(f"{name} is the champion; promote another or roll back first")
        if name == SHIPPED:
            raise ModelError(f"{SHIPPED} ships and stands in where nothing was promoted, so it cannot be retired")
        if name in self.retired:
            raise ModelError(f"{name} is retired already")
        if name not in (*self.archive.names(), *known) and not self.of(name):
            raise ModelError(f"no model {name} at {self.archive.where}; `riskscore models list` shows them")
        return self._add(Change(RETIRE, name, self.champion, self.checksum, reason=reason))

    def _add(self, draft: Change) -> Change:
        """Write a change down as the next one, made now."""
        change = replace(
            draft,
            number=1 + (self.changes[-1].number if self.changes else 0),
            before=self.champion,
            at=datetime.now(UTC).isoformat(timespec="microseconds"),
            reason=" ".join(draft.reason.split()),
        )
        if not self.archive.add(asdict(change)):
            last = Change.of(self.archive.changes()[-1])
            raise ModelError(
                f"somebody else was faster: {last.action} of {last.model}, at {last.at[:16]} UTC; look at "
                f"`riskscore models list` before you {change.action} {change.model}"
            )
        self.changes.append(change)
        return change
