"""The reader daemon: talks to contactless readers at gates, canteens and desks. Imports nothing from `school`."""
