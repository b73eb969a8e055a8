-- truepoint: feature view account_features, version 94a495cdeaf0295ac5a7b6a01f74004a
-- truepoint-build: all rows
-- One row per row of the spine: account_features as of its as-of time.
with

-- Who asks, and when.
spine_rows as (
    select * from truepoint_features.spine_transactions
    where
        as_of >= timestamp '1900-01-01 00:00:00+00:00'
        and as_of < timestamp '2150-01-01 00:00:00+00:00'
),

-- The events of the view.
source_events as (
    select * from truepoint_features.stg_transactions
),

-- The events that can ever count, and what each adds.
events as (
    select
        transaction_id as event_id,
        occurred_at as event_time,
        known_at as known_at,
        account_id,
        1 as n,
        amount_minor as amount_minor_total,
        case when amount_minor is not null then 1 end as amount_minor_n,
        cast(amount_minor as decimal(38, 0)) * cast(amount_minor as decimal(38, 0)) as amount_minor_squares,
        merchant_id as merchant_id_values_7d_value
    from source_events
    where
        occurred_at >= timestamp '1900-01-01 00:00:00+00:00'
        and occurred_at < timestamp '2150-01-01 00:00:00+00:00'
        and known_at >= timestamp '1900-01-01 00:00:00+00:00'
        and known_at < timestamp '2150-01-01 00:00:00+00:00'
        and account_id is not null
),

-- Who asks, and when; own_* is the decided event, where it could be seen at that time.
spine as (
    select
        spine_rows.spine_id,
        spine_rows.event_id,
        spine_rows.as_of as happens_at,
        spine_rows.account_id,
        own.event_time as own_event_time,
        own.n as own_n,
        own.amount_minor_total as own_amount_minor_total,
        own.amount_minor_n as own_amount_minor_n,
        own.amount_minor_squares as own_amount_minor_squares,
        own.merchant_id_values_7d_value as own_merchant_id_values_7d_value,
        own.event_time as own_latest_90d
    from spine_rows
    left join events as own
        on
            spine_rows.event_id = own.event_id
            and spine_rows.account_id = own.account_id
            and own.event_time <= spine_rows.as_of
            and own.known_at <= spine_rows.as_of
),

-- Where an event that holds a value comes and goes.
merchant_id_values_7d_timeline as (
    select
        events.account_id,
        events.merchant_id_values_7d_value,
        step.happens_at,
        cast(null as string) as spine_id,
        0 as place,
        step.events_seen
    from events
    lateral view stack(
        2,
        greatest(events.event_time, events.known_at), 1,
        greatest(timestamp_micros(unix_micros(events.event_time) + 604800000000 /* 7d */), events.known_at), -1
    ) step as happens_at, events_seen
    where events.merchant_id_values_7d_value is not null
    union all
    select
        spine.account_id,
        spine.own_merchant_id_values_7d_value,
        spine.happens_at,
        spine.spine_id,
        step.place,
        step.events_seen
    from spine
    cross join (values (1, -1), (3, 1)) as step (place, events_seen)
    where
        own_merchant_id_values_7d_value is not null
        and own_event_time > timestamp_micros(unix_micros(happens_at) - 604800000000 /* 7d */)
),

-- How many visible events hold each value, from each step on.
merchant_id_values_7d_running as (
    select
        *,
        sum(events_seen) over (
            partition by account_id, merchant_id_values_7d_value
            order by unix_micros(happens_at), spine_id nulls first, place
            rows between unbounded preceding and current row
        ) as events_present
    from merchant_id_values_7d_timeline
),

-- Where a value comes, with its first visible event (1), or goes, with its last (-1).
merchant_id_values_7d_changes as (
    select
        account_id,
        happens_at,
        spine_id,
        place,
        case when events_present > 0 then 1 else -1 end as merchant_id_values_7d
    from merchant_id_values_7d_running
    where (events_present > 0) <> (events_present - events_seen > 0)
),

-- What events do, and spine rows, on one line of time. Of one instant, by place: events (0), then each row:
-- its own event out (1), its question (2), its own event back (3).
-- arrives_after: the row counts in the sums of windows with this offset, in seconds.
-- leaves_from, leaves_upto: the windows that leave it behind, by number: 1 of 1h, 2 of 1d, 3 of 30d.
timeline as (
    select
        account_id,
        greatest(event_time, known_at) as happens_at,
        cast(null as string) as spine_id,
        0 as place,
        0 as arrives_after,
        case when known_at <= event_time then 1 end as leaves_from,
        3 as leaves_upto,
        n,
        amount_minor_total,
        amount_minor_n,
        amount_minor_squares,
        cast(null as timestamp) as own_event_time,
        cast(null as int) as merchant_id_values_7d,
        event_time as latest_90d,
        cast(null as timestamp) as own_latest_90d
    from events
    union all
    select
        account_id,
        event_time as happens_at,
        cast(null as string) as spine_id,
        0 as place,
        cast(null as int) as arrives_after,
        case
            when known_at <= timestamp_micros(unix_micros(event_time) + 3600000000 /* 1h */) then 1
            when known_at <= timestamp_micros(unix_micros(event_time) + 86400000000 /* 1d */) then 2
            else 3
        end as leaves_from,
        3 as leaves_upto,
        n,
        amount_minor_total,
        amount_minor_n,
        amount_minor_squares,
        cast(null as timestamp) as own_event_time,
        cast(null as int) as merchant_id_values_7d,
        cast(null as timestamp) as latest_90d,
        cast(null as timestamp) as own_latest_90d
    from events
    where
        known_at > event_time
        and known_at <= timestamp_micros(unix_micros(event_time) + 2592000000000 /* 30d */)
    union all
    select
        events.account_id,
        gone.happens_at,
        cast(null as string) as spine_id,
        0 as place,
        cast(null as int) as arrives_after,
        gone.number as leaves_from,
        gone.number as leaves_upto,
        n,
        amount_minor_total,
        amount_minor_n,
        amount_minor_squares,
        cast(null as timestamp) as own_event_time,
        cast(null as int) as merchant_id_values_7d,
        cast(null as timestamp) as latest_90d,
        cast(null as timestamp) as own_latest_90d
    from events
    lateral view stack(
        3,
        timestamp_micros(unix_micros(events.known_at) - 3600000000 /* 1h */), 1,
        timestamp_micros(unix_micros(events.known_at) - 86400000000 /* 1d */), 2,
        timestamp_micros(unix_micros(events.known_at) - 2592000000000 /* 30d */), 3
    ) gone as happens_at, number
    where
        events.known_at > timestamp_micros(unix_micros(events.event_time) + 3600000000 /* 1h */)
        and gone.happens_at > events.event_time
    union all
    select
        account_id,
        happens_at,
        spine_id,
        place,
        cast(null as int) as arrives_after,
        cast(null as int) as leaves_from,
        cast(null as int) as leaves_upto,
        null as n,
        null as amount_minor_total,
        null as amount_minor_n,
        null as amount_minor_squares,
        cast(null as timestamp) as own_event_time,
        merchant_id_values_7d,
        cast(null as timestamp) as latest_90d,
        cast(null as timestamp) as own_latest_90d
    from merchant_id_values_7d_changes
    union all
    select
        account_id,
        happens_at,
        spine_id,
        2 as place,
        cast(null as int) as arrives_after,
        cast(null as int) as leaves_from,
        cast(null as int) as leaves_upto,
        own_n as n,
        own_amount_minor_total as amount_minor_total,
        own_amount_minor_n as amount_minor_n,
        own_amount_minor_squares as amount_minor_squares,
        own_event_time,
        cast(null as int) as merchant_id_values_7d,
        cast(null as timestamp) as latest_90d,
        own_latest_90d
    from spine
),

-- The latest event so far (_max), and before the row (_max_before): the runner-up is found from both.
maxima as (
    select
        *,
        max(latest_90d) over so_far as latest_90d_max,
        max(latest_90d) over before as latest_90d_max_before
    from timeline
    window
        so_far as (
            partition by account_id
            order by unix_micros(happens_at), spine_id nulls first, place
            rows between unbounded preceding and current row
        ),
        before as (
            partition by account_id
            order by unix_micros(happens_at), spine_id nulls first, place
            rows between unbounded preceding and 1 preceding
        )
),

-- Sums so far, along the line.
-- _arrived: of all that has become visible, however long ago.
-- _left: of what the window has left behind.
-- _runner_up: the latest event but for the greatest, for rows whose own event is that.
running as (
    select
        account_id,
        happens_at,
        spine_id,
        place,
        n,
        amount_minor_total,
        amount_minor_n,
        amount_minor_squares,
        own_event_time,
        coalesce(sum(case when arrives_after = 0 then n end) over so_far, 0) as n_arrived,
        case when count(*) over so_far > 0 then sum(cast(coalesce(case when arrives_after = 0 then amount_minor_total end, 0) as decimal(38, 0)))
            over so_far else 0 end as amount_minor_total_arrived,
        coalesce(sum(case when arrives_after = 0 then amount_minor_n end) over so_far, 0) as amount_minor_n_arrived,
        case when count(*) over so_far > 0 then sum(cast(coalesce(case when arrives_after = 0 then amount_minor_squares end, 0) as decimal(38, 0)))
            over so_far else 0 end as amount_minor_squares_arrived,
        coalesce(sum(case when 1 between leaves_from and leaves_upto then n end) over left_by_1h, 0) as n_1h_left,
        case when count(*) over left_by_24h > 0
            then sum(cast(coalesce(case when 2 between leaves_from and leaves_upto then amount_minor_total end, 0) as decimal(38, 0))) over left_by_24h
            else 0 end as amount_minor_total_24h_left,
        coalesce(sum(case when 3 between leaves_from and leaves_upto then amount_minor_n end) over left_by_30d, 0) as amount_minor_n_30d_left,
        case when count(*) over left_by_30d > 0
            then sum(cast(coalesce(case when 3 between leaves_from and leaves_upto then amount_minor_total end, 0) as decimal(38, 0))) over left_by_30d
            else 0 end as amount_minor_total_30d_left,
        case when count(*) over left_by_30d > 0
            then sum(cast(coalesce(case when 3 between leaves_from and leaves_upto then amount_minor_squares end, 0) as decimal(38, 0))) over left_by_30d
            else 0 end as amount_minor_squares_30d_left,
        sum(merchant_id_values_7d) over so_far as merchant_id_values_7d,
        own_latest_90d,
        latest_90d_max as latest_90d,
        max(
            case when latest_90d is not null and latest_90d_max_before is not null then least(latest_90d, latest_90d_max_before) end
        ) over so_far as latest_90d_runner_up
    from maxima
    window
        so_far as (
            partition by account_id
            order by unix_micros(happens_at), spine_id nulls first, place
            rows between unbounded preceding and current row
        ),
        left_by_1h as (
            partition by account_id
            order by unix_micros(happens_at)
            range between unbounded preceding and 3600000000L /* 1h */ preceding
        ),
        left_by_24h as (
            partition by account_id
            order by unix_micros(happens_at)
            range between unbounded preceding and 86400000000L /* 1d */ preceding
        ),
        left_by_30d as (
            partition by account_id
            order by unix_micros(happens_at)
            range between unbounded preceding and 2592000000000L /* 30d */ preceding
        )
),

-- What each spine row sees; its own event is taken off where it was counted.
seen as (
    select
        account_id,
        happens_at as as_of,
        spine_id,
        n_arrived - n_1h_left - case when own_event_time > timestamp_micros(unix_micros(happens_at) - 3600000000 /* 1h */) then coalesce(n, 0) else 0 end
            as n_1h,
        coalesce(amount_minor_total_arrived - amount_minor_total_24h_left - case when own_event_time
            > timestamp_micros(unix_micros(happens_at) - 86400000000 /* 1d */) then coalesce(amount_minor_total, 0)
            else 0 end, cast(raise_error('a sum has more than 38 digits') as decimal(38, 0))) as amount_minor_total_24h,
        amount_minor_n_arrived - amount_minor_n_30d_left - case when own_event_time > timestamp_micros(unix_micros(happens_at) - 2592000000000 /* 30d */)
            then coalesce(amount_minor_n, 0) else 0 end as amount_minor_n_30d,
        coalesce(amount_minor_total_arrived - amount_minor_total_30d_left - case when own_event_time
            > timestamp_micros(unix_micros(happens_at) - 2592000000000 /* 30d */) then coalesce(amount_minor_total, 0)
            else 0 end, cast(raise_error('a sum has more than 38 digits') as decimal(38, 0))) as amount_minor_total_30d,
        coalesce(amount_minor_squares_arrived - amount_minor_squares_30d_left - case when own_event_time
            > timestamp_micros(unix_micros(happens_at) - 2592000000000 /* 30d */) then coalesce(amount_minor_squares, 0)
            else 0 end, cast(raise_error('a sum has more than 38 digits') as decimal(38, 0))) as amount_minor_squares_30d,
        coalesce(merchant_id_values_7d, 0) as merchant_id_values_7d,
        case when own_latest_90d = latest_90d then latest_90d_runner_up else latest_90d end as latest_90d
    from running
    where place = 2
),

-- The features, over what each spine row sees.
features as (
    select
        seen.spine_id,
        seen.as_of,
        seen.account_id,
        cast(seen.n_1h as bigint) as account_txn_count_1h,
        case when seen.amount_minor_total_24h between -9223372036854775808 and 9223372036854775807 then cast(seen.amount_minor_total_24h as bigint) end
            as account_amount_sum_24h,
        cast(seen.amount_minor_total_30d as double) / nullif(cast(seen.amount_minor_n_30d as double), 0) as account_amount_mean_30d,
        sqrt(cast(coalesce(cast(seen.amount_minor_n_30d as decimal(38, 0)) * seen.amount_minor_squares_30d
            - cast(seen.amount_minor_total_30d as decimal(38, 0))
            * seen.amount_minor_total_30d, cast(raise_error('a number has more than 38 digits') as decimal(38, 0))) as double)
            / nullif(cast(cast(seen.amount_minor_n_30d as decimal(38, 0)) * (seen.amount_minor_n_30d - 1) as double), 0)) as account_amount_stddev_30d,
        cast(seen.merchant_id_values_7d as bigint) as account_distinct_merchants_7d,
        cast(unix_micros(seen.as_of)
            - unix_micros(case when seen.latest_90d > timestamp_micros(unix_micros(seen.as_of) - 7776000000000 /* 90d */) then seen.latest_90d end)
            as double) / 1000000D as txn_seconds_since_last
    from seen
)

select
    features.*,
    cast('94a495cdeaf0295ac5a7b6a01f74004a' as string) as table_version,
    cast(0 as bigint) as table_epoch
from features
