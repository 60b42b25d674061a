"""The way out: one ledger and one courier for whatever goes to a platform (intent, attempt, result)."""
