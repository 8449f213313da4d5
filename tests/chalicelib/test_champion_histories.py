"""Random histories of a dataset's models: there is always one who may forecast."""

from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib import registry as models
from chalicelib.autopilot import RunPlace
from chalicelib.model_file import build_model
from chalicelib.registration import Registration
from chalicelib.retraining import CHAMPION, Situation, choose, find_failure, fits
from client.models import Registrar, word_champion
from tests.building.lambda_inputs import make_settings
from tests.building.made_up_account import make_stage
from tests.building.model_versions import NOW, FakeRegistry

STAGE = make_stage("dev")
GROUP = STAGE.model_group("sales")
COVARIATES = ["price", "unit_price"]


class Documents:
    """A bucket's documents in memory."""

    bucket = "bucket"

    def __init__(self):
        self.kept = {}

    def write_json(self, key, document):
        self.kept[key] = document

    def find_json(self, key):
        return self.kept.get(key)

    def list_keys(self, prefix):
        return [key for key in self.kept if key.startswith(prefix)]

    def delete(self, key):
        del self.kept[key]


@dataclass
class Dataset:
    """A dataset on its way through time: its runs, its models, and who decides."""

    registry: FakeRegistry = field(default_factory=FakeRegistry)
    store: Documents = field(default_factory=Documents)
    runs: int = 0

    @property
    def champion(self):
        return models.find_champion(self.registry, GROUP)

    def upload(self, week):
        """Run as the states do, from the choice to who forecasts."""
        self.runs += 1
        run_id = f"sales-26010100{self.runs:04d}-0123abcd-dev"
        now = NOW + timedelta(weeks=self.runs)
        asked = make_run_settings(week)
        self.store.write_json(f"runs/{run_id}/settings.json", asked)
        situation = self.look_around(asked, now, week)
        choice, place = choose(situation), RunPlace(run_id, "sales", "bucket", "dev")
        champion, is_fit = situation.champion, fits(situation)
        failure = champion and find_failure(situation, champion)
        model = build_model(place, choice, champion, fits=is_fit, failure=failure)
        self.store.write_json(f"runs/{run_id}/model.json", model)
        if choice.road == CHAMPION:
            return asked, run_id, list(champion.containers)
        if champion and is_fit and week["comparison"]:
            self.store.write_json(f"runs/{run_id}/comparison.json", week["comparison"])
        self.meddle(week["meanwhile"])
        own = [{"Image": "autopilot", "ModelDataUrl": f"s3://bucket/{run_id}.tar.gz"}]
        return asked, run_id, self.register(place, own, now, tries=week["tries"])

    def look_around(self, asked, now, week):
        champion = self.champion
        trained_on = challenger = None
        if champion is not None:
            challenger = models.find_challenger(self.registry, GROUP, champion)
            if week["remembers"]:
                trained_on = self.store.find_json(
                    f"runs/{champion.run_id}/settings.json"
                )
        scored = [{"points": 40, "metrics": {"WQL": week["error"]}}]
        return Situation(
            settings=asked,
            now=now,
            asked=week["asked"],
            champion=champion,
            challenger=challenger,
            trained_on=trained_on,
            score={"scored": scored, "new_series": week["new"], "series": 10},
        )

    def register(self, place, own, now, *, tries):
        self.registry.now = now
        registration = Registration(self.store, self.registry, place, GROUP)
        return [registration.register(own, now=now) for _ in range(tries)][-1]

    def meddle(self, deed):
        """Let a person decide, or delete what forecasts."""
        registrar = Registrar(self.registry, STAGE, "sales")
        found = registrar.read()
        if deed is None or not found.versions:
            return
        verb, which = deed
        version = found.versions[which % len(found.versions)]
        if verb == "approve":
            registrar.approve(version.number, "by hand")
        elif verb == "reject":
            registrar.reject(version.number, "by hand")
        elif verb == "delete":
            self.registry.delete_model_package(version.arn)
        elif sum(one.is_approved for one in found.versions) > 1:
            registrar.roll_back("by hand")


def make_run_settings(week):
    return {
        **make_settings(),
        "Columns": ["item_id", "timestamp", "target_value", week["covariate"]],
        "Retraining": {
            "MaxAgeDays": week["max_age"],
            "WhenWorseThan": 1.5,
            "Approval": week["approval"],
            "KeepVersions": 2,
            "KeepDays": 14,
        },
    }


COMPARISONS = st.one_of(
    st.none(),
    st.builds(
        lambda challenger, is_worse: {
            "challenger": challenger,
            "champion": 0.1,
            "is_worse": is_worse,
            "sentence": "on the same points it errs so",
        },
        st.sampled_from([None, 0.05, 0.11, 0.9]),
        st.booleans(),
    ),
)
DEEDS = st.one_of(
    st.none(),
    st.tuples(
        st.sampled_from(["approve", "reject", "delete", "roll back"]),
        st.integers(0, 3),
    ),
)
WEEKS = st.fixed_dictionaries(
    {
        "covariate": st.sampled_from(COVARIATES),
        "max_age": st.sampled_from([0, 10, 91]),
        "approval": st.sampled_from(["automatic", "automatic", "manual"]),
        "asked": st.sampled_from([None, None, "retrain", "reforecast"]),
        "error": st.sampled_from([None, 0.1, 0.2, 0.9]),
        "new": st.sampled_from([0, 1, 5]),
        "remembers": st.booleans(),
        "comparison": COMPARISONS,
        "meanwhile": DEEDS,
        "afterwards": DEEDS,
        "tries": st.sampled_from([1, 2]),
    }
)


@settings(max_examples=60, deadline=None)
@given(st.lists(WEEKS, min_size=1, max_size=12))
def test_every_run_is_forecast_by_one_that_fits(weeks):
    dataset = Dataset()
    for week in weeks:
        asked, run_id, containers = dataset.upload(week)

        document = dataset.store.find_json(f"runs/{run_id}/model.json")
        maker = document["forecast_by"]["run_id"]
        trained_on = dataset.store.find_json(f"runs/{maker}/settings.json")
        assert trained_on["Columns"] == asked["Columns"]
        assert len(containers) == 1
        assert maker == run_id or containers == [
            dict(one)
            for version in models.list_versions(dataset.registry, GROUP)
            if version.run_id == maker
            for one in version.containers
        ]
        dataset.meddle(week["afterwards"])


@settings(max_examples=60, deadline=None)
@given(st.lists(WEEKS, min_size=1, max_size=12))
def test_automatic_run_leaves_one_champion_that_fits(weeks):
    dataset = Dataset()
    for week in weeks:
        asked, run_id, containers = dataset.upload({**week, "approval": "automatic"})

        champion = dataset.champion
        trained_on = dataset.store.find_json(f"runs/{champion.run_id}/settings.json")
        assert trained_on["Columns"] == asked["Columns"]
        document = dataset.store.find_json(f"runs/{run_id}/model.json")
        assert document["forecast_by"] == {
            "version": champion.number,
            "run_id": champion.run_id,
        }
        assert containers == [dict(one) for one in champion.containers]
        found = Registrar(dataset.registry, STAGE, "sales").read()
        states = [found.word_state(version) for version in found.versions]
        assert states.count("champion") == 1
        assert word_champion(found) == f"version {champion.number} is the champion"
        dataset.meddle(week["afterwards"])


@settings(max_examples=30, deadline=None)
@given(st.lists(WEEKS, min_size=1, max_size=12))
def test_reason_is_one_sentence_with_an_ending(weeks):
    dataset = Dataset()
    for week in weeks:
        _, run_id, _ = dataset.upload(week)

        reason = dataset.store.find_json(f"runs/{run_id}/model.json")["reason"]
        assert reason.startswith(("trained, as ", "forecast by version "))
        assert ". " not in reason
        assert not reason.endswith(".")
