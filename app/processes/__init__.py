"""Processes of an installation: the web application, workers, the scheduler, and what composes them."""
