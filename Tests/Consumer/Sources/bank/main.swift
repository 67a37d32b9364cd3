// Only its name matters.
print("bank")
