-- truepoint: feature view merchant_features, version 55e36da40e47da393f3c1d6100b78ed8
-- truepoint-build: all rows
-- One row per row of the spine: merchant_features as of its as-of time.
with

-- Who asks, and when.
spine_rows as (
    select * from "truepoint"."truepoint_features"."spine_transactions"
    where
        as_of >= timestamptz '1900-01-01 00:00:00+00'
        and as_of < timestamptz '2150-01-01 00:00:00+00'
),

-- The events of the view.
source_events as (
    select * from "truepoint"."truepoint_features"."stg_transactions"
),

-- The events that can ever count, and what each adds.
events as not materialized (
    select
        transaction_id as event_id,
        occurred_at as event_time,
        known_at as known_at,
        merchant_id,
        1 as n,
        case when cast(is_declined as integer) is not null then 1 end as is_declined_n,
        cast(is_declined as integer) as is_declined_total,
        case when amount_minor is not null then 1 end as amount_minor_n,
        amount_minor as amount_minor_total,
        cast(amount_minor as numeric) * cast(amount_minor as numeric) as amount_minor_squares
    from source_events
    where
        occurred_at >= timestamptz '1900-01-01 00:00:00+00'
        and occurred_at < timestamptz '2150-01-01 00:00:00+00'
        and known_at >= timestamptz '1900-01-01 00:00:00+00'
        and known_at < timestamptz '2150-01-01 00:00:00+00'
        and merchant_id is not null
),

-- Who asks, and when; own_* is the decided event, where it could be seen at that time.
spine as (
    select
        spine_rows.spine_id,
        spine_rows.event_id,
        spine_rows.as_of as happens_at,
        spine_rows.merchant_id,
        own.event_time as own_event_time,
        own.n as own_n,
        own.is_declined_n as own_is_declined_n,
        own.is_declined_total as own_is_declined_total,
        own.amount_minor_n as own_amount_minor_n,
        own.amount_minor_total as own_amount_minor_total,
        own.amount_minor_squares as own_amount_minor_squares
    from spine_rows
    left join events as own
        on
            spine_rows.event_id = own.event_id
            and spine_rows.merchant_id = own.merchant_id
            and own.event_time <= spine_rows.as_of
            and own.known_at <= spine_rows.as_of
),

-- What events do, and spine rows, on one line of time. Of one instant, by place: events (0), then each row (2).
-- arrives_after: the row counts in the sums of windows with this offset, in seconds.
-- leaves_from, leaves_upto: the windows that leave it behind, by number: 1 of 5m, 2 of 1h, 3 of 30d.
timeline as (
    select
        merchant_id,
        greatest(event_time, known_at) as happens_at,
        cast(null as text) as spine_id,
        0 as place,
        0 as arrives_after,
        case when known_at <= event_time then 1 end as leaves_from,
        3 as leaves_upto,
        n,
        is_declined_n,
        is_declined_total,
        amount_minor_n,
        amount_minor_total,
        amount_minor_squares,
        cast(null as timestamptz) as own_event_time
    from events
    union all
    select
        merchant_id,
        event_time as happens_at,
        cast(null as text) as spine_id,
        0 as place,
        cast(null as integer) as arrives_after,
        case
            when known_at <= event_time + interval '300 seconds' /* 5m */ then 1
            when known_at <= event_time + interval '3600 seconds' /* 1h */ then 2
            else 3
        end as leaves_from,
        3 as leaves_upto,
        n,
        is_declined_n,
        is_declined_total,
        amount_minor_n,
        amount_minor_total,
        amount_minor_squares,
        cast(null as timestamptz) as own_event_time
    from events
    where
        known_at > event_time
        and known_at <= event_time + interval '2592000 seconds' /* 30d */
    union all
    select
        events.merchant_id,
        gone.happens_at,
        cast(null as text) as spine_id,
        0 as place,
        cast(null as integer) as arrives_after,
        gone.number as leaves_from,
        gone.number as leaves_upto,
        n,
        is_declined_n,
        is_declined_total,
        amount_minor_n,
        amount_minor_total,
        amount_minor_squares,
        cast(null as timestamptz) as own_event_time
    from events
    cross join lateral (
        values
        (events.known_at - interval '300 seconds' /* 5m */, 1),
        (events.known_at - interval '3600 seconds' /* 1h */, 2),
        (events.known_at - interval '2592000 seconds' /* 30d */, 3)
    ) as gone (happens_at, number)
    where
        events.known_at > events.event_time + interval '300 seconds' /* 5m */
        and gone.happens_at > events.event_time
    union all
    select
        merchant_id,
        happens_at,
        spine_id,
        2 as place,
        cast(null as integer) as arrives_after,
        cast(null as integer) as leaves_from,
        cast(null as integer) as leaves_upto,
        own_n as n,
        own_is_declined_n as is_declined_n,
        own_is_declined_total as is_declined_total,
        own_amount_minor_n as amount_minor_n,
        own_amount_minor_total as amount_minor_total,
        own_amount_minor_squares as amount_minor_squares,
        own_event_time
    from spine
),

-- Sums so far, along the line.
-- _arrived: of all that has become visible, however long ago.
-- _left: of what the window has left behind.
running as (
    select
        merchant_id,
        happens_at,
        spine_id,
        place,
        n,
        is_declined_n,
        is_declined_total,
        amount_minor_n,
        amount_minor_total,
        amount_minor_squares,
        own_event_time,
        coalesce(sum(case when arrives_after = 0 then n end) over so_far, 0) as n_arrived,
        coalesce(sum(case when arrives_after = 0 then is_declined_n end) over so_far, 0) as is_declined_n_arrived,
        coalesce(sum(case when arrives_after = 0 then is_declined_total end) over so_far, 0) as is_declined_total_arrived,
        coalesce(sum(case when arrives_after = 0 then amount_minor_n end) over so_far, 0) as amount_minor_n_arrived,
        coalesce(sum(case when arrives_after = 0 then amount_minor_total end) over so_far, 0) as amount_minor_total_arrived,
        coalesce(sum(case when arrives_after = 0 then amount_minor_squares end) over so_far, 0) as amount_minor_squares_arrived,
        coalesce(sum(case when 1 between leaves_from and leaves_upto then n end) over left_by_5m, 0) as n_5m_left,
        coalesce(sum(case when 2 between leaves_from and leaves_upto then is_declined_n end) over left_by_1h, 0) as is_declined_n_1h_left,
        coalesce(sum(case when 2 between leaves_from and leaves_upto then is_declined_total end) over left_by_1h, 0) as is_declined_total_1h_left,
        coalesce(sum(case when 3 between leaves_from and leaves_upto then amount_minor_n end) over left_by_30d, 0) as amount_minor_n_30d_left,
        coalesce(sum(case when 3 between leaves_from and leaves_upto then amount_minor_total end) over left_by_30d, 0) as amount_minor_total_30d_left,
        coalesce(sum(case when 3 between leaves_from and leaves_upto then amount_minor_squares end) over left_by_30d, 0) as amount_minor_squares_30d_left
    from timeline
    window
        so_far as (
            partition by merchant_id
            order by happens_at
            range between unbounded preceding and current row
        ),
        left_by_5m as (
            partition by merchant_id
            order by happens_at
            range between unbounded preceding and interval '300 seconds' /* 5m */ preceding
        ),
        left_by_1h as (
            partition by merchant_id
            order by happens_at
            range between unbounded preceding and interval '3600 seconds' /* 1h */ preceding
        ),
        left_by_30d as (
            partition by merchant_id
            order by happens_at
            range between unbounded preceding and interval '2592000 seconds' /* 30d */ preceding
        )
),

-- What each spine row sees; its own event is taken off where it was counted.
seen as (
    select
        merchant_id,
        happens_at as as_of,
        spine_id,
        n_arrived - n_5m_left - case when own_event_time > happens_at - interval '300 seconds' /* 5m */ then coalesce(n, 0) else 0 end as n_5m,
        is_declined_n_arrived - is_declined_n_1h_left - case when own_event_time > happens_at - interval '3600 seconds' /* 1h */
            then coalesce(is_declined_n, 0) else 0 end as is_declined_n_1h,
        is_declined_total_arrived - is_declined_total_1h_left - case when own_event_time > happens_at - interval '3600 seconds' /* 1h */
            then coalesce(is_declined_total, 0) else 0 end as is_declined_total_1h,
        amount_minor_n_arrived - amount_minor_n_30d_left - case when own_event_time > happens_at - interval '2592000 seconds' /* 30d */
            then coalesce(amount_minor_n, 0) else 0 end as amount_minor_n_30d,
        amount_minor_total_arrived - amount_minor_total_30d_left - case when own_event_time > happens_at - interval '2592000 seconds' /* 30d */
            then coalesce(amount_minor_total, 0) else 0 end as amount_minor_total_30d,
        amount_minor_squares_arrived - amount_minor_squares_30d_left - case when own_event_time > happens_at - interval '2592000 seconds' /* 30d */
            then coalesce(amount_minor_squares, 0) else 0 end as amount_minor_squares_30d
    from running
    where place = 2
),

-- The features, over what each spine row sees.
features as (
    select
        seen.spine_id,
        seen.as_of,
        seen.merchant_id,
        cast(seen.n_5m as bigint) as merchant_txn_count_5m,
        cast(seen.is_declined_total_1h as double precision) / nullif(cast(seen.is_declined_n_1h as double precision), 0) as merchant_declined_share_1h,
        sqrt(cast(cast(seen.amount_minor_n_30d as numeric) * seen.amount_minor_squares_30d - cast(seen.amount_minor_total_30d as numeric)
            * seen.amount_minor_total_30d as double precision)
            / nullif(cast(cast(seen.amount_minor_n_30d as numeric) * (seen.amount_minor_n_30d - 1) as double precision), 0)) as merchant_amount_stddev_30d
    from seen
)

select
    features.*,
    cast('55e36da40e47da393f3c1d6100b78ed8' as text) as table_version,
    cast(0 as bigint) as table_epoch
from features
