"""Service levels: policies, the clocks that they set, and what becomes of the time that they give."""
