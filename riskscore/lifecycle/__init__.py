"""The life of models in use: retraining from a lake, comparison, promotion and rollback, and logging to MLflow.

No training algorithm and no night belongs here: this room brings lake, registry and training together.
"""
