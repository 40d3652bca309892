"""The gateway: requests in, the machine asked, models called, rows written. It knows the plan and nothing of the design."""
