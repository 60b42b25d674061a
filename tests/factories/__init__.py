"""Rows and actors for tests, made with as little as a test has to say."""
