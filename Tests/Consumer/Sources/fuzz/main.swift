// Only its name matters.
print("fuzz")
