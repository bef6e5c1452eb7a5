"""An owner calls us."""
