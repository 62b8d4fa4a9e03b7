"""Bodies of the register's API."""
