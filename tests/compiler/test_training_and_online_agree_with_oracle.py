"""Training form and online form against the oracle, on generated worlds."""

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.compiler.agreement import check_agreement, check_probe_agreement
from tests.compiler.feature_database import FeatureDatabase
from tests.oracle.card_fraud import World, expected_values
from tests.oracle.profiles import examples
from tests.oracle.strategies import worlds

BIGINT = range(-(2**63), 2**63)


@examples(200)
@given(world=worlds(), time_zone=st.sampled_from(["UTC", "America/New_York", "Asia/Kathmandu"]))
def test_both_forms_agree_with_the_oracle(features: FeatureDatabase, world: World, time_zone: str) -> None:
    check_agreement(features, world, time_zone=time_zone)


@examples(80)
@given(world=worlds(extreme=True))
def test_both_forms_agree_with_the_oracle_on_extreme_amounts(features: FeatureDatabase, world: World) -> None:
    # Sums that do not fit a bigint are an error in both forms, not a value.
    spine = [row for row in world.spine if expected_values(world, row)["account_amount_sum_24h"] in BIGINT]
    assume(spine)
    check_agreement(features, replace(world, spine=spine))


@examples(80)
@given(world=worlds())
def test_both_forms_of_the_probe_service_agree_with_the_oracle(features: FeatureDatabase, world: World) -> None:
    check_probe_agreement(features, world)
