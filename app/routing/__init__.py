"""The life of a service request: opened or joined, assigned with a recorded decision, resolved."""
