"""The filter chain: its steps, their settings, what they look at and what they answer."""
