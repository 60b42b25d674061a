"""The floor: what waits, who is there, and what is about to be late, as it stands at this moment."""
