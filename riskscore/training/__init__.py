"""Training and judging models: dataset, time-ordered split, metrics."""
