"""Service Quotas: what the account may, as asked for when the server was started."""
