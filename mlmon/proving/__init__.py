"""Runs the proofs: which of them have to be run, in parallel, and what they say about which line of a spec."""
