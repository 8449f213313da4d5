"""Amazon SageMaker: AutoML and transform jobs that really run.

``automl_jobs`` and ``transform_jobs`` are the jobs as the API shows them;
``automl_process`` and ``transform_process`` are what runs in the job's own process, and
``background_jobs`` watches that. What is refused is in ``automl_requests`` and beside
the transform job.
"""
