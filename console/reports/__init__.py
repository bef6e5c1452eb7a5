"""What the numbers say: reports of calls, tickets, the watch, messages, surveys and households, for those who lead."""
