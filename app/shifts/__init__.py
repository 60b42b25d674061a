"""Shifts: who works when, who exchanges what with whom, and who is on shift now."""
