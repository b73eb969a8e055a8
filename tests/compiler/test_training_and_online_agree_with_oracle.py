"""Training form and online form against the oracle, on generated worlds."""

from hypothesis import given
from hypothesis import strategies as st

from tests.compiler.agreement import check_agreement, check_probe_agreement
from tests.compiler.feature_database import FeatureDatabase
from tests.oracle.card_fraud import World
from tests.oracle.profiles import examples
from tests.oracle.strategies import worlds


@examples(200)
@given(world=worlds(), time_zone=st.sampled_from(["UTC", "America/New_York", "Asia/Kathmandu"]))
def test_both_forms_agree_with_the_oracle(features: FeatureDatabase, world: World, time_zone: str) -> None:
    check_agreement(features, world, time_zone=time_zone)


@examples(80)
@given(world=worlds(extreme=True))
def test_both_forms_agree_with_the_oracle_on_extreme_amounts(features: FeatureDatabase, world: World) -> None:
    # Sums that do not fit a bigint are null in both forms.
    check_agreement(features, world)


@examples(80)
@given(world=worlds())
def test_both_forms_of_the_probe_service_agree_with_the_oracle(features: FeatureDatabase, world: World) -> None:
    check_probe_agreement(features, world)
