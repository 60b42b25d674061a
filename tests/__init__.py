"""The tests mirror `app/`; what they share is in `tests/support`."""
