"""The people who write to us: contacts and the identities they have on platforms."""
