"""Training: captures -> imitator; captures and photos -> reconstructor; both -> bundle."""

from core.train.imitation_figures import evaluate_imitator

__all__ = ["evaluate_imitator"]
