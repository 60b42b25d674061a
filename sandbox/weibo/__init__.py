"""Weibo: open API v2, the business twins of its calls, and the fan-service platform."""
