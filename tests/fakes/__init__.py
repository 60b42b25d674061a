"""Doubles of what lies outside: platforms, the language model. Nothing of our own is doubled."""
