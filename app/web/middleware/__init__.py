"""What stands before every route: limits and the rate of requests, telemetry, metrics, the same
question again, and whose turn it is.
"""
