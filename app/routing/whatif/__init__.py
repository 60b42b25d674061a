"""What would have been: a past period dealt out again under other rules and with other people."""
