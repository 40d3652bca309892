"""The only network: the gateway, the emulated provider and the client that replays a workload."""
