"""What the Lambdas know: runs, names and Autopilot requests; standard library only."""
