"""The seed: two believable schools of invented people, the same for the same number and day, put into an empty database."""
