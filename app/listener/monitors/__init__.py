"""Monitors: making and changing them, previews, backfills, figures."""
