"""Trying rules before they act: tests, backtests and shadow, on a memory of the gates without Redis."""
