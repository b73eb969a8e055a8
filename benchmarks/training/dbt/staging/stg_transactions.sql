-- One row per transaction.
select * from {{ source('payments', 'transactions') }}
