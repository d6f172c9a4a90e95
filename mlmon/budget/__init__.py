"""The error budget report: what is left of each budget and what spent the rest, from a live Prometheus.

Reads the recorded chunks of each SLO, computes without looking at the clock, and renders text, JSON, Markdown or HTML.
"""
