"""What the benches share: a database with a seeded school, contestants that take turns, and the accounting of CPU."""
