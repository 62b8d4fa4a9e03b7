"""The rules of pledges, priorities and actions, and the state they speak of."""
