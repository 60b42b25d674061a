"""The whole installation driven through a real Chromium."""
