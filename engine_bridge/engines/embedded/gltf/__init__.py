"""The embedded head as one glTF 2.0 file, for engines and tools that know nothing of FaceBridge.

Public: `export_glb`, and `export_rig` for the table of what moves each parameter. The container is written by hand: it
is JSON and a few packed arrays, and needs no library.
"""

from engine_bridge.engines.embedded.gltf.head import export_glb
from engine_bridge.engines.embedded.gltf.rig_file import export_rig

__all__ = ["export_glb", "export_rig"]
