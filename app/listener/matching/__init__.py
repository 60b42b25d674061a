"""Monitors' rules: read as people write them, compiled, and run over each batch in one pass."""
