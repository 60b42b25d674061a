"""Every feature's metrics, for the processes that answer questions about them."""

from __future__ import annotations

from app.listener.ledger import metrics as ledger_metrics
from app.routing import metrics as routing_metrics
from app.workbench import metrics as workbench_metrics

METRIC_MODULES = (routing_metrics, ledger_metrics, workbench_metrics)
"""Imported for the metrics that they declare, in the order in which a dictionary lists them."""
