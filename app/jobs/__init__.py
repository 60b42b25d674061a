"""The RQ kernel: queueing hints, running jobs, the worker and the scheduler."""
