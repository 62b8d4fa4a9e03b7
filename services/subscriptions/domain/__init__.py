"""What a feed of events is, and who may see what of it: rules and state."""
