"""What every process stands on: settings, database, queue, clock, access, errors, log."""
