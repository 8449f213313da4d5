"""AWS IAM: who may do what, checked at each request."""
