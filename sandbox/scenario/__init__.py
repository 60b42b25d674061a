"""A telecom operator's day: what customers write, how much of it, and what it truly means."""
