// Only its name matters.
print("pool-harness")
