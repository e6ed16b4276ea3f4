"""Photo -> aligned 256 x 256 face: detection, landmarks, a similarity onto the character's own points, a photo gate.

`face.align_photo` aligns one photo, `face.template_from_render` reads the target points from the neutral render, and
`cache.build_cache` aligns a folder of photos for training.
"""
