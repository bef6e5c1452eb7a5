"""What outreach does off the line."""
