"""The events that were consumed, and how far their readers have come."""
