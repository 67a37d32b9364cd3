// Only its name matters.
print("kill-harness")
