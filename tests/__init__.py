"""The promises of the product."""
