"""Bursts of similar posts become topics; hours that stand out raise alerts."""
