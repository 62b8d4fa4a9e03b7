"""A file for each page: what it asks the API for, and what it shows of that."""
