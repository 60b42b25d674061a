"""The ledger: every item with its verdict, read by people; rescuing what was dropped."""
