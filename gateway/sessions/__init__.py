"""Sessions of people who have shown their key to a page: a random cookie stands for the key from then on."""
