"""What callers send and get: bodies read into domain state, and made from it."""
