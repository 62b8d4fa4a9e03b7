"""The use cases of the indicators service. Each runs in one transaction."""
