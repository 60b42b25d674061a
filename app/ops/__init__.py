"""Operation: starting, watching, checking and saving an installation. Knows no Flask."""
