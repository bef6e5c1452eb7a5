"""The rules of the measures: counts in, shares and findings out. Pure."""
