"""Judging posts with a trained model: its parts, its scores, its reasons, its versions."""
