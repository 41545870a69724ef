"""What only the whole knows: reactions of one domain to another's events."""
