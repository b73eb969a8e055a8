{#- Spark reads the benchmark's files as they are. -#}
{%- set relation = source('payments', 'spine') -%}
{%- set files = 'parquet.`' ~ env_var('TRUEPOINT_BENCHMARK_DATASET', '') ~ '/spine`' -%}
-- One row per sampled transaction, at its own event time.
select * from {{ files if target.type == 'spark' else relation }}
