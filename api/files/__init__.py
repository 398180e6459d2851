"""Files that come from other systems and go to them: registers in, payment files out, return files in.

Nothing here touches the database or the journal: bytes become values and findings, values become bytes.
"""
