"""Who may come in: keys, and the check of one on every call."""
