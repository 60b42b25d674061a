"""Tests of starting, watching, checking and saving an installation."""
