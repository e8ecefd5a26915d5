"""Values: the claims of all families, feature -> the right value in the matrix."""

from __future__ import annotations

from riskscore.explanation_quality.claims import (
    cargo,
    container,
    contraband,
    documents,
    goods,
    parties,
    routing,
    voyage,
)
from riskscore.explanation_quality.claims.shared import Claim

VALUES: dict[str, Claim] = {
    **goods.VALUES,
    **routing.VALUES,
    **parties.VALUES,
    **cargo.VALUES,
    **documents.VALUES,
    **container.VALUES,
    **voyage.VALUES,
    **contraband.VALUES,
}
