import pytest

from localaws import serve
from localaws.sagemaker import transform_process as transform_job
from tests.building.local_resources import (
    client,
    find_answer_misfits,
    make_bucket,
    make_role,
    name,
)
from tests.building.training_jobs import (
    HORIZON,
    RESOURCES,
    create_model,
    create_transform,
    find_error,
    make_loose_client,
    make_sales,
    put_sales,
    read_table,
    train_job,
    wait_for_transform,
)


@pytest.fixture(scope="module", autouse=True)
def local():
    with serve() as local:
        yield local


@pytest.fixture(scope="module")
def trained(local):
    return train_job("Trained-Job")


def test_transform_writes_one_output_per_input(trained):
    bucket = make_bucket()
    for key, items in {"part-0.csv": ["007"], "sub/part-1.csv": ["NA", "new"]}.items():
        client("s3").put_object(
            Bucket=bucket, Key=f"input/{key}", Body=make_sales(items)
        )

    job = create_transform(create_model(trained), bucket)
    ended = wait_for_transform(job)

    assert ended["TransformJobStatus"] == "Completed", ended.get("FailureReason")
    assert ended["TransformEndTime"] >= ended["TransformStartTime"]
    assert find_answer_misfits("sagemaker", "DescribeTransformJob", ended) == []
    first = read_table(f"s3://{bucket}/forecast/part-0.csv.out")
    second = read_table(f"s3://{bucket}/forecast/sub/part-1.csv.out")
    assert [row["item"] for row in first] == ["007"] * HORIZON
    assert {row["item"] for row in second} == {"NA", "new"}
    assert list(first[0]) == ["item", "shop", "month", "mean", "p10", "p50", "p90"]
    assert [row["month"] for row in first] == ["2024-01-01", "2024-02-01", "2024-03-01"]


def test_transform_can_be_stopped(trained):
    bucket = put_sales()
    job = create_transform(create_model(trained), bucket, prefix="train/")

    client("sagemaker").stop_transform_job(TransformJobName=job)

    assert wait_for_transform(job)["TransformJobStatus"] == "Stopped"


def test_name_of_a_transform_is_taken_once(trained):
    model, bucket = create_model(trained), put_sales()
    job = create_transform(model, bucket, prefix="train/")

    error = find_error(create_transform, model, bucket, prefix="train/", job=job)

    assert error["Code"] == "ResourceInUse"
    wait_for_transform(job)


def test_model_is_checked(trained):
    role = trained["RoleArn"]
    (container,) = trained["BestCandidate"]["InferenceContainers"]
    elsewhere = {**container, "ModelDataUrl": "s3://nowhere/model.tar.gz"}
    model = create_model(trained)
    create = client("sagemaker").create_model

    taken = find_error(create, ModelName=model, ExecutionRoleArn=role)
    untrusted = find_error(create_model, trained, role=make_role("glue"))
    missing = find_error(create_model, trained, containers=[elsewhere])
    empty = find_error(create, ModelName=name("model"), ExecutionRoleArn=role)

    assert "already existing model" in taken["Message"]
    assert "Could not assume role" in untrusted["Message"]
    assert "Could not access model data" in missing["Message"]
    assert "PrimaryContainer or Containers" in empty["Message"]
    assert {e["Code"] for e in (taken, untrusted, missing, empty)} == {
        "ValidationException"
    }


def test_failed_transform_says_why(trained):
    ended = wait_for_transform(create_transform(create_model(trained), make_bucket()))

    assert ended["TransformJobStatus"] == "Failed"
    assert "No S3 objects found under S3 URL" in ended["FailureReason"]


def build_spec(trained, bucket, **changes):
    (container,) = trained["BestCandidate"]["InferenceContainers"]
    return {
        "model_uri": container["ModelDataUrl"],
        "input_uri": f"s3://{bucket}/train/",
        "output_uri": f"s3://{bucket}/forecast/",
        "max_payload_mb": 0,
        **changes,
    }


@pytest.mark.parametrize(
    ("text", "changes", "reason"),
    [
        (None, {"max_payload_mb": 0.001}, "Too much data for max payload size"),
        ("a,b\n1,2\n", {}, "train/train.csv: Bad HTTP status"),
    ],
)
def test_impossible_input_is_explained(trained, tmp_path, text, changes, reason):
    spec = build_spec(trained, put_sales(text), **changes)

    with pytest.raises(transform_job.JobError, match=reason):
        transform_job.run(spec, client("s3"), tmp_path)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ModelName": "none"}, "Could not find model"),
        ({"SplitType": "Line"}, "SplitType must be None"),
        ({"MaxConcurrentTransforms": 20, "MaxPayloadInMB": 6}, "at most 100 MB"),
        ({"TransformResources": {"InstanceType": "ml.m5"}}, "2 validation errors"),
    ],
)
def test_impossible_transform_is_refused(trained, changes, said):
    source = {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/train/"}
    split = {name: changes[name] for name in ["SplitType"] if name in changes}
    request = {
        "TransformJobName": name("transform"),
        "ModelName": create_model(trained),
        "TransformInput": {"DataSource": {"S3DataSource": source}, **split},
        "TransformOutput": {"S3OutputPath": "s3://bucket/out"},
        "TransformResources": RESOURCES,
        **{key: value for key, value in changes.items() if key not in split},
    }

    error = find_error(make_loose_client("sagemaker").create_transform_job, **request)

    assert error["Code"] == "ValidationException"
    assert said in error["Message"]
