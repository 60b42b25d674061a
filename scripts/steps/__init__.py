"""The steps of preparing a checkout; standard library only, because nothing else is installed yet."""
