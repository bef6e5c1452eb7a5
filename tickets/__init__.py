"""What was asked, promised and done: the shared store."""
