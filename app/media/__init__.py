"""Files: the store, and copies of what platforms showed or sent. People never load anything from outside."""
