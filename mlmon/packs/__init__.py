"""What mlmon knows of the field, as data: metric names, thresholds, windows and runbook text, each with its source."""
