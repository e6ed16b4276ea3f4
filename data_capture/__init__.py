"""Drives engines to make the target dataset; never imports torch.

Public: `capture.capture` makes or extends a dataset, `reader.Dataset` reads one, `check.check_dataset` verifies one,
`sampling` says what parameters sample number i has.
"""
