"""Drives engines to make the target dataset; never imports torch."""
