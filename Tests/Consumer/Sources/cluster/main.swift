// Only its name matters.
print("cluster")
