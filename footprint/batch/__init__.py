"""The same estimates for a table of activities."""
