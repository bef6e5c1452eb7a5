"""Lists of residents that staff bring in a browser."""
