"""What users do with Medcost, one verb a file: ports as fields, called with ()."""
