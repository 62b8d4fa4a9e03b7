"""Tables in files, row by row: what is written, what is read, and what has to be sorted without being in memory."""
