"""The default engine: a MakeHuman head with morph targets, facial bones and painted materials, drawn with OpenGL."""
