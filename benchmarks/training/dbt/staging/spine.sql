-- One row per sampled transaction, at its own event time.
select * from {{ source('payments', 'spine') }}
