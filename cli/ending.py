"""How programs here end when a person stops them."""

# As a shell has it: 128, and the number of the signal.
INTERRUPTED = 130
