"""Bodies, and the forms in which events are given out."""
