"""Verdicts: what the database knows about a batch, what is decided, and what follows at once."""
