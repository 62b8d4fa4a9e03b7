"""Every query of the indicators service."""
