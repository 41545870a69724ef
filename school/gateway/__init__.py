"""The machines' trust boundary: devices, their signed requests, the Graphene schema."""
