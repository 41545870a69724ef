"""One service for schools: e-diary, meal cards and entry passes behind one GraphQL API."""
