"""Loaded by workers for the kinds of long work that it declares."""

from __future__ import annotations

from app.directory.exporting import EXPORTED_ACCOUNTS, EXPORTED_PEOPLE

__all__ = ["EXPORTED_ACCOUNTS", "EXPORTED_PEOPLE"]
