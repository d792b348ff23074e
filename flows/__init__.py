"""What Prefect runs: wiring only; everything it wires lives in breachbook."""
