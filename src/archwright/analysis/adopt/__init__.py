"""What is known of a system that has no design yet, as evidence, and the draft of a file that follows from it.

A reader turns the text of another program's file, or a person's answers, into evidence; the draft writes evidence down
so that every line says where it comes from and how sure that is. Nothing here opens a file.
"""
