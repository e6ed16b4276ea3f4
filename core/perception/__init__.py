"""Frozen face networks, differentiable in their input: identity (F_id), landmarks and 3D geometry (F_3d).

`identity.IdentityNet` and `identity.face_chips` give F_id; `geometry.LandmarkNet` gives landmarks, pose-free geometry
and expression; `detector.FaceDetector` finds faces; `warp` holds similarity transforms and sampling. Weights are
package data under core/data/perception, written by scripts/convert_perception.py.
"""
