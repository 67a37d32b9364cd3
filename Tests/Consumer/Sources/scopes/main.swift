// Only its name matters.
print("scopes")
