"""Working calendars as rows: who counts on which, which holidays are known, what a change makes outdated."""
