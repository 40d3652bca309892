"""The gateway: requests in, the machine asked, models called, rows written. It knows the plan, not the design."""
