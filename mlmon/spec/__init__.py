"""What the user wrote: YAML read with positions, checked strictly, every problem reported at once."""
