"""We wake the person on duty."""
