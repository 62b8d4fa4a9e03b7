"""The front door: keys, the way to the four services, and the document that describes all of them."""
