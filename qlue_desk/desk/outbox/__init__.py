"""What has not reached central, what it refused, what it took."""
