"""Replays: which alerts fire, when, and who is told, over a simulated incident or over the history of a Prometheus."""
