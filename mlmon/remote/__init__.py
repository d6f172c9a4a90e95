"""Asking others over HTTP: pages and Prometheus servers, with deadlines, and a sentence for every way it can fail.

Credentials come from files and are never shown.
"""
