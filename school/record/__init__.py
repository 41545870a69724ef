"""The record: who read or changed whose data; what the service holds on a person, how it is handed out and erased, and how long it is kept."""
