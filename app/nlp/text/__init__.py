"""Text as the models see it: normal form, words, features, fingerprints, keyword rules. Pure."""
