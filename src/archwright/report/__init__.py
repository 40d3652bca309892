"""The document in the middle: what an analysis says, before anyone decides how it looks. It knows no format."""
