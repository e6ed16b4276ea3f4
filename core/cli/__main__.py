"""Runs the facebridge command as `python -m core.cli`, for processes that FaceBridge starts itself."""

import sys

from core.cli.main import main

sys.exit(main())
