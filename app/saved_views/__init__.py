"""Saved views: conditions that people keep under a name, for themselves or shared."""
