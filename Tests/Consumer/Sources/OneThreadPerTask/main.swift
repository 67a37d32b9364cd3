// Only its name matters.
print("OneThreadPerTask")
