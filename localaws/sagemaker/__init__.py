"""Amazon SageMaker: AutoML and transform jobs that really run."""
