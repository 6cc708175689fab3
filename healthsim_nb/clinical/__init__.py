"""PatientSim: conditions, measures, treatment, visits and their records."""
