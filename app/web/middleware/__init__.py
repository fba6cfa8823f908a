"""What stands before every route: limits, telemetry, metrics."""
