"""The audit log for those who look after the rules: who did what, when, with what outcome."""
