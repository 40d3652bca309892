"""Writers of documents and pictures. They know the report, not what it is about."""
