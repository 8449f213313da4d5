"""The data as the engine holds it: table, schema, panel, frequency, calendar."""
