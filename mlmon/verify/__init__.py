"""The contract check: whether the metrics that a service's rules read exist, as the rules expect them.

What is looked at is a source: pages of metrics as exporters serve them, or a Prometheus. The plan says what is needed.
"""
