"""Who is measured beside us: small servers that answer the same dashboard with the same visibility by means of their own."""
