"""Reports on paper: what is set, and the process of its own that sets it."""
