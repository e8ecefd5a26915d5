"""Registry: which version of the model is the champion, and how it became champion.

    challenger ── promote ─▶ champion ── rollback ─▶ former, and the champion before it is champion again
        └─────── retire ───▶ retired: cannot be promoted or used again

Every change adds an entry to the history and alters nothing else, so that the champion at any time, the reason and the
figures stay on record. If nothing was promoted, the shipped model is the champion.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any

from riskscore.environment import SHIPPED, is_model_name
from riskscore.errors import ModelError
from riskscore.model.archive import Archive, Files, checksum
from riskscore.model.booster import CARD
from riskscore.model.card import Card

PROMOTE, ROLLBACK, RETIRE = "promote", "rollback", "retire"

CHAMPION, FORMER, CHALLENGER, RETIRED = "champion", "former", "challenger", "retired"


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the history.

    `model` was promoted, rolled back to or retired. `before` is the champion until then, `champion` the one from then
    on, and `checksum` that of its content. `catalogue` is the hash of the declarations that `model` was trained on.
    `reason` is what the user wrote, `refusals` are the objections that a promotion overrode, and `figures` the figures
    that it was based on.
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
        """Read a record of an archive; fields from a later release are ignored."""
        names = {each.name for each in fields(cls)}
        try:
            return cls(**{name: value for name, value in record.items() if name in names})
        except TypeError as lacking:
            raise ModelError(f"a change of champion lacks fields ({lacking}); restore it from a backup") from None


@dataclass(frozen=True, slots=True)
class Version:
    """A version: its name, state and card, and the error if it is `unreadable`."""

    name: str
    state: str
    card: Card | None
    unreadable: str | None = None


class Registry:
    """The history in an archive, read once; a change is refused if another one was made since.

    `otherwise` is the champion if nothing was promoted.
    """

    def __init__(self, archive: Archive, *, otherwise: str = SHIPPED) -> None:
        self.archive = archive
        self.otherwise = otherwise
        self.changes = [Change.of(record) for record in archive.changes()]
        if [change.number for change in self.changes] != [*range(1, len(self.changes) + 1)]:
            raise ModelError(f"the history of champions at {archive.where} has gaps; restore it from a backup")

    @property
    def champion(self) -> str:
        """Name of the champion."""
        return self.changes[-1].champion if self.changes else self.otherwise

    @property
    def checksum(self) -> str | None:
        """Checksum of the champion's content when it became champion; None if nothing was promoted."""
        return self.changes[-1].checksum if self.changes else None

    @property
    def retired(self) -> set[str]:
        """Names of retired models."""
        return {change.model for change in self.changes if change.action == RETIRE}

    def state(self, name: str) -> str:
        """Return the present state of `name`: CHAMPION, FORMER, CHALLENGER or RETIRED."""
        if name == self.champion:
            return CHAMPION
        if name in self.retired:
            return RETIRED
        was_champion = any(name in (change.champion, change.before) for change in self.changes)
        return FORMER if was_champion else CHALLENGER

    def changes_of(self, name: str) -> list[Change]:
        """Return the changes that involve `name`."""
        return [change for change in self.changes if name in (change.model, change.before, change.champion)]

    def versions(
        self,
        others: Mapping[str, Files | ModelError] | None = None,
        fits: Callable[[str, Files], object] = lambda *_: None,
    ) -> list[Version]:
        """Return every version by name: those of the archive, and `others` from elsewhere.

        `fits` is called with each name and its files, and raises ModelError if they cannot be used.
        """
        by_name: dict[str, Files | ModelError] = dict(others or {})
        for name in {*self.archive.names(), self.champion}:
            try:
                only = self.checksum if name == self.champion else None
                by_name[name] = self.archive.files(name, only)
            except ModelError as error:
                if name not in by_name or name == self.champion:
                    by_name[name] = error
        return [self._version(name, by_name[name], fits) for name in sorted(by_name)]

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
        """Raise ModelError if `name` with this checksum is already the champion, or is retired."""
        if name == self.champion and (content == self.checksum or not self.changes):
            raise ModelError(f"{name} is already the champion")
        if name in self.retired:
            raise ModelError(f"{name} was retired permanently; train a model under another name")

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
        """Make `name`, with these files, the champion; the files of the present `champion` are kept for a rollback.

        Raises ModelError if it is the champion or retired, if it cannot be stored, or if the champion has just changed.
        """
        if not is_model_name(name):
            raise ModelError(f"{name[:60]!r} cannot be the name of a model; rename its folder")
        self.check(name, checksum(files))
        if champion is not None:
            self.archive.keep(self.champion, champion)
        self.archive.keep(name, files)
        card = Card.from_json(files[CARD])
        change = Change(PROMOTE, name, name, checksum(files), catalogue=card.catalogue, reason=reason)
        return self._add(replace(change, refusals=list(refusals), figures=figures or {}))

    def rollback(self, reason: str = "") -> Change:
        """Make the previous champion champion again, skipping retired ones.

        Raises ModelError if there is none, if it cannot be read, or if the champion has just changed.
        """
        name, only = self.before()
        files = self.archive.files(name, only)
        card = Card.from_json(files[CARD])
        return self._add(Change(ROLLBACK, name, name, checksum(files), catalogue=card.catalogue, reason=reason))

    def before(self) -> tuple[str, str | None]:
        """Return name and checksum of the previous champion: promotions form a stack, a rollback removes the top.

        Raises ModelError if there is none, or all are retired.
        """
        first = self.changes[0].before if self.changes else self.otherwise
        stack: list[tuple[str, str | None]] = [(first, None)]
        for change in self.changes:
            if change.action == PROMOTE:
                stack.append((change.champion, change.checksum))
            elif change.action == ROLLBACK:
                while len(stack) > 1 and stack[-1] != (change.champion, change.checksum):
                    stack.pop()
        for name, only in reversed(stack[:-1]):
            if name not in self.retired:
                return name, only
        raise ModelError(f"there is no champion before {self.champion} to roll back to")

    def check_unchanged(self, name: str, files: Files) -> None:
        """Raise ModelError if `name` is the champion, and these are not the files that were promoted."""
        if name == self.champion and name != SHIPPED and self.checksum not in (None, checksum(files)):
            raise ModelError(f"the model {name} has changed since it was promoted; promote it again")

    def retire(self, name: str, reason: str = "", *, known: Collection[str] = ()) -> Change:
        """Mark `name` so that it cannot be promoted or used again; `known` are names that are not in the archive yet.

        Raises ModelError for the champion, the shipped model, a retired model, and an unknown name.
        """
        if name == self.champion:
            raise ModelError(f"{name} is the champion; promote another or roll back first")
        if name == SHIPPED:
            raise ModelError(f"{SHIPPED} is the shipped model, used if nothing was promoted; it cannot be retired")
        if name in self.retired:
            raise ModelError(f"{name} is already retired")
        if name not in (*self.archive.names(), *known) and not self.changes_of(name):
            raise ModelError(f"no model {name} at {self.archive.where}; `riskscore models list` shows all models")
        return self._add(Change(RETIRE, name, self.champion, self.checksum, reason=reason))

    def _add(self, draft: Change) -> Change:
        """Add a change to the history as the next one, made now."""
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
                f"the champion was changed in the meantime: {last.action} of {last.model}, at {last.at[:16]} UTC; "
                f"check `riskscore models list` before you {change.action} {change.model}"
            )
        self.changes.append(change)
        return change
