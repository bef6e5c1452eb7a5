"""We speak to owners."""
