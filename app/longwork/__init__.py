"""Long work: exports, bulk acts, backfills, training. One table, one way to run and to show it."""
