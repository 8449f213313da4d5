"""A bench that looks for wrong data accepted in silence: good uploads, mutated once."""
