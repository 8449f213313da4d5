"""What one stage needs on AWS beside the Chalice app, and how it is kept right."""
