"""How events reach people: the relay, the feed, subscriptions."""
