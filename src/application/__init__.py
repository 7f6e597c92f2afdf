"""The use cases of Medcost, one a file, each a class whose fields are ports and whose objects are called."""
