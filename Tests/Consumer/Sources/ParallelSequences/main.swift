// Only its name matters.
print("ParallelSequences")
