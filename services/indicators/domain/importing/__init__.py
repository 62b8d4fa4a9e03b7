"""What rows of files mean: mappings as data, rows read by them, and what a whole file says of its indicators."""
