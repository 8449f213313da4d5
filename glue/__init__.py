"""The Glue jobs, from an upload to a report: the folders stand in the data's order.

``preprocess.py`` is the first job, and ``preparation.py`` its way, a line a step:

- ``reading/`` unpacks the upload, and reads its tables as text, then as typed rows;
- ``settings/`` checks and merges what the user set;
- ``understanding/`` finds out what each table's columns are;
- ``shaping/`` parts the rows by series, checks and joins them, calls the user's hook
  (``transform.py``), and writes the forecast input.

``report.py`` is the second job: ``reporting/`` turns raw forecasts into what people
read. All that is noticed on the way is a finding (``findings/``); the data in memory
are ``rows.py``, and what Autopilot takes stands in ``limits.py``.
"""
