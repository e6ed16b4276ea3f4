"""Importing files of photos: which photos and result names (`photos`), who reconstructs (`sources`), the picture
(`sheet`), and the run over all of them (`batch`). Nothing here imports torch until a bundle is loaded in-process."""
