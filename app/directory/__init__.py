"""The directory of the house: its people and its accounts as lists that take conditions, and as files."""
