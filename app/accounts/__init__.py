"""Connected platform accounts: credentials, tokens, state, and the callbacks platforms push to."""
