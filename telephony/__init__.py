"""The telephone network behind one interface."""
