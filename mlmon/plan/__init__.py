"""The plan: what is watched and why, resolved and free of any target's language."""
