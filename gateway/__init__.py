"""The front door: keys, the way to the services, and the document that describes all of them."""
