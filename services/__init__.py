"""The four services. None imports another: they meet in the contracts and on the bus."""
