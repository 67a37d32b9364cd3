// Only its name matters.
print("wordcount")
