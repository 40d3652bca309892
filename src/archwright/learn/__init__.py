"""What is learned from traffic: whether the answer to one question may serve another. Pure: no clock, no hidden chance.

It needs numpy, which is in the extra `[semantic]`, so only code that runs where a semantic cache is on imports it.

`recall` is the whole of it for one route. `wording` reads a question, `vetoes` says what no likeness can outweigh,
`score` is the model, `guard` says how far the model may be trusted, `curve` reads a log of labelled look-ups.
"""
