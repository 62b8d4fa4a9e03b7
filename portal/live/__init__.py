"""What changes while pages are open: followed once in a process, and told to those pages that show it."""
