// Only its name matters.
print("every-feature")
