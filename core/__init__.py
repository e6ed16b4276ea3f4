"""Everything learned: photo alignment, the networks, their training, bundles, the import service and the command."""

__version__ = "0.1.0"
