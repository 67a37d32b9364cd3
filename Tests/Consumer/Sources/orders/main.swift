// Only its name matters.
print("orders")
