"""What comes in: streams that are read, pushes that were kept raw, and storing each item once."""
