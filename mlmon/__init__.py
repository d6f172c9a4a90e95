"""mlmon compiles one YAML spec per machine-learning service into everything that watches it."""
