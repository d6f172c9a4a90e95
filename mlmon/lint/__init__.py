"""Lint: what compiles but will disappoint. One rule a file; its docstring is its manual page."""
