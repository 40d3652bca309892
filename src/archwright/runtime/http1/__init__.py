"""HTTP/1.1 as the gateway needs it, on bare asyncio: a server, a client that keeps connections, deadlines."""
