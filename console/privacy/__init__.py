"""What is personal, and how long it stays: retention by table, one person's data given or forgotten."""
