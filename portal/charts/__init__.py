"""Charts as SVG made on the server: no scripts, no style attributes, a title and a description in each."""
