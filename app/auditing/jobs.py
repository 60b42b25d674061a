"""Loaded by workers for the kind of long work that it declares."""

from __future__ import annotations

from app.auditing.exporting import EXPORTED

__all__ = ["EXPORTED"]
