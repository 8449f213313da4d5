"""The exports that are not understood yet, by what they wait for."""

# A name leaves its set with the change that mends it; a set that is empty goes.
WAITING_FOR = {
    "RTS.csv": {
        "Walmart's covariates without a department",
        "calendar and weather without an item",
        "covariates of the future without settings",
    },
    "bytes, quotes and members": {
        "workbook in an archive",
    },
    "forms of timestamps": {
        "weeks without the letter",
    },
    "lines around and within the table that are no rows": {
        "Analytics 4's number of the day",
        "Analytics' comments and total",
        "Britain's years, quarters and months in one column",
    },
    "numbers": {
        "Amazon's grouped units",
        "volumes in millions",
    },
    "one series without an item column": {
        "SMARD's night of 25 hours",
        "id column lost, of two items",
    },
    "other names of columns, and ids by what makes rows unique": {
        "Enedis' offsets of summer and winter",
        "covariates under the name of the history",
    },
}
NOT_YET = {name for names in WAITING_FOR.values() for name in names}
