"""How GraphQL is served: requests, limits, errors. Knows GraphQL and no domain."""
