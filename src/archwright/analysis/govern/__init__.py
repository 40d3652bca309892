"""What a system is in the eyes of a law or a framework: tier, obligations, controls, checklist. It knows no rules."""
