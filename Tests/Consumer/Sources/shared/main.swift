// Only its name matters.
print("shared")
