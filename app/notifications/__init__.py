"""Notifications: what a person should look at, by which ways each is told, and when not."""
