"""The demo: a whole school on this machine, its parts as processes of their own, and a school day that plays."""
