"""What the delivery counts, for /metrics."""

from prometheus_client import Counter, Gauge

PUBLISHED = Counter("school_feed_rows_published", "Rows that this process has put into the feed.")
LEADING = Gauge("school_relay_leading", "Whether this process's relay holds the lease.")
LISTENING = Gauge("school_feed_listening", "Whether this process follows the feed; 0 while delivery is paused.")
SUBSCRIBERS = Gauge("school_subscribers", "Open subscriptions.")
CLOSED = Counter("school_subscriptions_closed", "Subscriptions that the server closed.", ["code"])
UNKNOWN_KIND = Counter("school_feed_unknown_kind", "Rows about a pupil that no domain knows how to show; they are skipped.", ["kind"])
