"""How much is dropped wrongly: samples of dropped items, their estimate, and trials of other settings."""
