"""Learning from people: corrections, labels, explanations, and versions of the model."""
