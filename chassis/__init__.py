"""What every service stands on: storage, events, HTTP and logs. Knows no domain."""
