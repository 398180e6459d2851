"""Points: rules as data, accounts of persons and households, and what a deed earns by the rule of its day."""
