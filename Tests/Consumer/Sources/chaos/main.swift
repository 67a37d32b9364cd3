// Only its name matters.
print("chaos")
