"""The RQ kernel: queueing hints, running jobs, and what is looked for periodically."""
