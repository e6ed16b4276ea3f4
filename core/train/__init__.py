"""Training: captures -> imitator; captures and photos -> reconstructor; both -> bundle.

Nothing is imported here: `facebridge train` reads its settings from `core.train.config` and sets thread counts before
any module that needs torch is loaded.
"""
