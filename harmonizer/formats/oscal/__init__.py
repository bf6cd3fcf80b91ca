"""OSCAL, NIST's Open Security Controls Assessment Language, 1.0 to 1.2, in JSON, XML and YAML."""
