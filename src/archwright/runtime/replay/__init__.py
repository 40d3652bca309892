"""A client that replays a plan's workload over HTTP: visits, stations, prompts. It knows only the gateway's address."""
