"""Make the preparation scripts importable as they are when `scripts/bootstrap.py` runs."""

from __future__ import annotations

import sys

from app.ops.layout import ROOT

sys.path.insert(0, str(ROOT / "scripts"))
