"""Spark as the workers that parts are given to: past what one machine can hold."""
