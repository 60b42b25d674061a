"""Listening: reading streams, keeping pushes, removing doubles, and judging what needs an operator."""
