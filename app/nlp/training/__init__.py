"""Training and measuring the models. Needs scikit-learn and scipy; judging posts does not."""
