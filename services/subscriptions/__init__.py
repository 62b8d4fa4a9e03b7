"""The events service: all that changes in the suite, as one feed that others follow."""
