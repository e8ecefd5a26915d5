"""A search on made-up rows, in a separate process: python searcher.py STUDY TRIALS.

It prints `trial` to stdout when a trial begins.
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
    parts = []
    for _ in range(4):
        matrix = rng.normal(size=(size, 2)).astype(np.float32)
        target = (rng.random(size) < 1 / (1 + np.exp(2 - 1.5 * matrix[:, 0]))).astype(np.int8)
        parts.append(Rows(matrix, target, np.ones(size), size))
    return [(parts[0], parts[1]), (parts[2], parts[3])]


class Folds:
    """The same rows for all strengths, with noise that grows with the factor."""

    factors = (0.3, 1.0, 3.0)

    def rows(self, factor: float) -> list[tuple[Rows, Rows]]:
        pairs = folds()
        for pair in pairs:
            for part in pair:
                part.matrix[:, 0] += np.random.default_rng(2).normal(0, factor, len(part.matrix))
        return pairs


if __name__ == "__main__":
    with listening(lambda step: print(step, flush=True)):
        tune(Folds(), "made up", catalogue(), Tuning(Path(sys.argv[1]), trials=int(sys.argv[2])), 3)
