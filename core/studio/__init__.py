"""The slider page for designers: `session` is everything it can do, without a browser; `page` draws it with NiceGUI.

`stage` renders the newest state and nothing older, `imports` has photos read by a service, `access` lets nobody else
in, `server` puts them together. Nothing here imports torch: networks run in the service's process.
"""
