"""A client that replays a plan's workload over HTTP: visits, stations and prompts. It sees of the gateway what a client sees."""
