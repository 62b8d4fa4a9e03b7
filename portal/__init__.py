"""Pages people look at: made on the server from the suite's public APIs, with the rights of who has signed in."""
