"""The AWS resources of a stage that Chalice does not make: a module for each."""
