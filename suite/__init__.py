"""The composition root and command line: puts services, gateway, databases and bus together and runs them."""
