"""A search over made-up rows, as a process of its own: python searcher.py STUDY TRIALS.

It says `trial` on stdout as each trial begins.
"""

import sys
from pathlib import Path

import numpy as np

from riskscore.features.catalogue import Catalogue, Feature
from riskscore.progress import listening
from riskscore.training.plan import Tuning
from riskscore.training.trees import Rows
from riskscore.training.tune import tune


def catalogue() -> Catalogue:
    features = {
        name: Feature(name, "toy", (), name, "toys", 0, ("volume_m3",), "x", "", "x", "made up") for name in ("a", "b")
    }
    return Catalogue(features, {}, {})


def folds(seed: int = 1, size: int = 1_500) -> list[tuple[Rows, Rows]]:
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(4):
        matrix = rng.normal(size=(size, 2)).astype(np.float32)
        target = (rng.random(size) < 1 / (1 + np.exp(2 - 1.5 * matrix[:, 0]))).astype(np.int8)
        made.append(Rows(matrix, target, np.ones(size), size))
    return [(made[0], made[1]), (made[2], made[3])]


class Folds:
    """The same rows whatever the strengths, but for noise that grows with the factor."""

    factors = (0.3, 1.0, 3.0)

    def rows(self, factor: float) -> list[tuple[Rows, Rows]]:
        made = folds()
        for pair in made:
            for part in pair:
                part.matrix[:, 0] += np.random.default_rng(2).normal(0, factor, len(part.matrix))
        return made


if __name__ == "__main__":
    with listening(lambda step: print(step, flush=True)):
        tune(Folds(), "made up", catalogue(), Tuning(Path(sys.argv[1]), trials=int(sys.argv[2])), 3)
