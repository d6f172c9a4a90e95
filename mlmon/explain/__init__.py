"""What an objective means in practice: how much failure it allows, and which outages its alerts notice how fast."""
