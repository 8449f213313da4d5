"""The exports that are not understood yet, by what they wait for."""

# A name leaves its set with the change that mends it; a set that is empty goes.
WAITING_FOR = {
    "RTS.csv": {
        "Walmart's covariates without a department",
        "calendar and weather without an item",
        "covariates of the future without settings",
    },
    "a timestamp in two columns": {
        "half hours by their number",
        "hours of a till in two columns",
        "load profile with two times of day",
        "time of day in a column of its own",
        "year and month in two columns",
        "year and month's name in two columns",
    },
    "bytes, quotes and members": {
        "workbook in an archive",
    },
    "forms of timestamps": {
        "ENTSO-E's intervals",
        "ENTSO-E's old intervals and n/e",
        "Grafana's milliseconds since 1970",
        "days as numbers",
        "weeks without the letter",
    },
    "lines around and within the table that are no rows": {
        "Analytics 4's number of the day",
        "Analytics' comments and total",
        "Britain's years, quarters and months in one column",
        "SAP's list with subtotals",
        "World Bank's lines above wide years",
    },
    "numbers": {
        "Amazon's grouped units",
        "thousands beside prices with commas",
        "volumes in millions",
        "weather with -999 for no value",
    },
    "one series without an item column": {
        "Austria's quarters of an hour",
        "SMARD's load",
        "SMARD's night of 25 hours",
        "SMARD's sign for no value",
        "id column lost, of two items",
    },
    "other names of columns, and ids by what makes rows unique": {
        "Enedis' offsets of summer and winter",
        "Rossmann's newest day first",
        "Salesforce's currency beside the amount",
        "Shopify's orders, a row each",
        "covariates under the name of the history",
        "prices of one share",
        "quality mark beside each value",
        "statistics in long form",
        "weather of padded cells",
    },
    "tables with a column for each moment or series": {
        "Eurostat's flags beside values",
        "Eurostat's table of tabs",
        "M5's column for each day",
        "column for each day, by its date",
        "column for each step, by V1 and V2",
        "column of a series each",
        "pivot with a column for each month",
    },
}
NOT_YET = {name for names in WAITING_FOR.values() for name in names}
