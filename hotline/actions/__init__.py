"""What the hotline can do: answer a call step by step, and leave a ticket behind it."""
