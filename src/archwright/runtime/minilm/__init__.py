"""all-MiniLM-L6-v2 without torch: its words, its graph in ONNX written from its weights, and where its files are."""
