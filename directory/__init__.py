"""People and places."""
