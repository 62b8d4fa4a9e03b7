"""The Plymouth 2017/18 data the product ships with: facts and figures as CSV, worded by us."""
