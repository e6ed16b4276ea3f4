"""The embedded head as one glTF 2.0 file, for engines and tools that know nothing of FaceBridge.

Public: `export_glb`. The container is written by hand: it is JSON and a few packed arrays, and needs no library.
"""

from engine_bridge.engines.embedded.gltf.head import export_glb

__all__ = ["export_glb"]
