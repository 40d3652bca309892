"""Finding passages: an index in memory, searched by words and by vectors. It knows no gateway and no route."""
