{#- Spark reads the benchmark's files as they are. -#}
{%- set relation = source('payments', 'transactions') -%}
{%- set files = 'parquet.`' ~ env_var('TRUEPOINT_BENCHMARK_DATASET', '') ~ '/transactions`' -%}
-- One row per transaction.
select * from {{ files if target.type == 'spark' else relation }}
