-- truepoint: feature view hot_merchant, version 5302112b1e7beb12e7afdaff78f82f1d
-- truepoint-build: all rows
-- One row per row of the spine: hot_merchant as of its as-of time.
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
        merchant_id,
        1 as n,
        amount_minor as amount_minor_total
    from source_events
    where
        occurred_at >= timestamp '1900-01-01 00:00:00+00:00'
        and occurred_at < timestamp '2150-01-01 00:00:00+00:00'
        and known_at >= timestamp '1900-01-01 00:00:00+00:00'
        and known_at < timestamp '2150-01-01 00:00:00+00:00'
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
        own.amount_minor_total as own_amount_minor_total
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
-- leaves_from, leaves_upto: the windows that leave it behind, by number: 1 of 1h, 2 of 1d after 7d.
timeline as (
    select
        merchant_id,
        greatest(event_time, known_at) as happens_at,
        cast(null as string) as spine_id,
        0 as place,
        0 as arrives_after,
        case when known_at <= event_time then 1 end as leaves_from,
        1 as leaves_upto,
        n,
        amount_minor_total,
        cast(null as timestamp) as own_event_time
    from events
    union all
    select
        merchant_id,
        event_time as happens_at,
        cast(null as string) as spine_id,
        0 as place,
        cast(null as int) as arrives_after,
        1 as leaves_from,
        1 as leaves_upto,
        n,
        amount_minor_total,
        cast(null as timestamp) as own_event_time
    from events
    where
        known_at > event_time
        and known_at <= timestamp_micros(unix_micros(event_time) + 3600000000 /* 1h */)
    union all
    select
        events.merchant_id,
        gone.happens_at,
        cast(null as string) as spine_id,
        0 as place,
        cast(null as int) as arrives_after,
        gone.number as leaves_from,
        gone.number as leaves_upto,
        n,
        amount_minor_total,
        cast(null as timestamp) as own_event_time
    from events
    lateral view stack(
        1,
        timestamp_micros(unix_micros(events.known_at) - 3600000000 /* 1h */), 1
    ) gone as happens_at, number
    where
        events.known_at > timestamp_micros(unix_micros(events.event_time) + 3600000000 /* 1h */)
        and gone.happens_at > events.event_time
    union all
    select
        merchant_id,
        greatest(timestamp_micros(unix_micros(event_time) + 604800000000 /* 7d */), known_at) as happens_at,
        cast(null as string) as spine_id,
        0 as place,
        604800 as arrives_after,
        case when known_at <= timestamp_micros(unix_micros(event_time) + 604800000000 /* 7d */) then 2 end as leaves_from,
        2 as leaves_upto,
        n,
        amount_minor_total,
        cast(null as timestamp) as own_event_time
    from events
    union all
    select
        merchant_id,
        timestamp_micros(unix_micros(event_time) + 604800000000 /* 7d */) as happens_at,
        cast(null as string) as spine_id,
        0 as place,
        cast(null as int) as arrives_after,
        2 as leaves_from,
        2 as leaves_upto,
        n,
        amount_minor_total,
        cast(null as timestamp) as own_event_time
    from events
    where
        known_at > timestamp_micros(unix_micros(event_time) + 604800000000 /* 7d */)
        and known_at <= timestamp_micros(unix_micros(event_time) + 691200000000 /* 8d */)
    union all
    select
        events.merchant_id,
        gone.happens_at,
        cast(null as string) as spine_id,
        0 as place,
        cast(null as int) as arrives_after,
        gone.number as leaves_from,
        gone.number as leaves_upto,
        n,
        amount_minor_total,
        cast(null as timestamp) as own_event_time
    from events
    lateral view stack(
        1,
        timestamp_micros(unix_micros(events.known_at) - 86400000000 /* 1d */), 2
    ) gone as happens_at, number
    where
        events.known_at > timestamp_micros(unix_micros(events.event_time) + 691200000000 /* 8d */)
        and gone.happens_at > timestamp_micros(unix_micros(events.event_time) + 604800000000 /* 7d */)
    union all
    select
        merchant_id,
        happens_at,
        spine_id,
        2 as place,
        cast(null as int) as arrives_after,
        cast(null as int) as leaves_from,
        cast(null as int) as leaves_upto,
        own_n as n,
        own_amount_minor_total as amount_minor_total,
        own_event_time
    from spine
),

-- Events, and the times at which spine rows ask, in microseconds.
key_rows as (
    select merchant_id, cast(null as bigint) as as_of from events
    union all
    select merchant_id, unix_micros(as_of) as as_of from spine_rows
    where merchant_id is not null
),

-- Keys with more than 1000000 events and spine rows: the time in which they are asked about, in 128 slices. In microseconds.
hot_keys as (
    select
        merchant_id,
        min(as_of) as first_at,
        max(as_of) as last_at,
        (max(as_of) - min(as_of)) div 128 + 1 as slice_length
    from key_rows
    group by merchant_id
    having
        count(*) > 1000000
        and count(as_of) > 0
),

-- What the events of hot keys do, a row for each: arrive, or be left behind by a window. Slice -1 is the time before the first question.
hot_events as (
    select /*+ broadcast(hot_keys) */
        events.merchant_id,
        events.n,
        events.amount_minor_total,
        timestamp_micros(unix_micros(step.seen_at) - step.window_length) as happens_at,
        0 as place,
        step.arrives_after,
        step.left_by as leaves_from,
        step.left_by as leaves_upto,
        greatest(unix_micros(step.seen_at) - hot_keys.first_at + hot_keys.slice_length, 0) div hot_keys.slice_length - 1 as slice
    from events
    inner join hot_keys
        on
            events.merchant_id = hot_keys.merchant_id
    lateral view stack(
        4,
        greatest(events.event_time, events.known_at), 0L, 0, cast(null as int),
        greatest(timestamp_micros(unix_micros(events.event_time) + 3600000000 /* 1h */), events.known_at), 3600000000L /* 1h */, cast(null as int), 1,
        greatest(timestamp_micros(unix_micros(events.event_time) + 604800000000 /* 7d */), events.known_at), 0L, 604800, cast(null as int),
        greatest(timestamp_micros(unix_micros(events.event_time) + 691200000000 /* 8d */), events.known_at), 86400000000L /* 1d */, cast(null as int), 2
    ) step as seen_at, window_length, arrives_after, left_by
    where unix_micros(step.seen_at) <= hot_keys.last_at
),

-- The line: of a hot key, its events and spine rows in their slices; of another, as it is.
sliced as (
    select /*+ broadcast(hot_keys) */
        timeline.*,
        (unix_micros(timeline.happens_at) - hot_keys.first_at) div hot_keys.slice_length as slice
    from timeline
    left join hot_keys
        on
            timeline.merchant_id = hot_keys.merchant_id
    where
        hot_keys.first_at is null
        or timeline.place = 2
    union all
    select
        merchant_id,
        happens_at,
        cast(null as string) as spine_id,
        place,
        arrives_after,
        leaves_from,
        leaves_upto,
        n,
        amount_minor_total,
        cast(null as timestamp) as own_event_time,
        slice
    from hot_events
    where slice >= 0
),

-- What each slice adds to the windows, less what leaves them in it.
slice_changes as (
    select
        merchant_id,
        slice,
        coalesce(sum(case when arrives_after = 0 then n when leaves_from = 1 then -n end), 0) as n_1h,
        coalesce(sum(cast(coalesce(case when arrives_after = 604800 then cast(amount_minor_total as decimal(38, 0)) when leaves_from = 2
            then -cast(amount_minor_total as decimal(38, 0)) end, 0) as decimal(38, 0))), cast(raise_error('a sum has more than 38 digits')
            as decimal(38, 0))) as amount_minor_total_24h_delayed_7d
    from hot_events
    group by merchant_id, slice
),

-- What the windows of a hot key hold when a slice begins.
held as (
    select
        hot_keys.merchant_id,
        slices.slice,
        coalesce(sum(slice_changes.n_1h) over earlier, 0) as n_1h,
        case when count(*) over earlier > 0 then sum(cast(coalesce(slice_changes.amount_minor_total_24h_delayed_7d, 0) as decimal(38, 0))) over earlier
            else 0 end as amount_minor_total_24h_delayed_7d
    from hot_keys
    inner join range(-1, 128) as slices (slice)
        on hot_keys.first_at + slices.slice * hot_keys.slice_length <= hot_keys.last_at
    left join slice_changes
        on
            hot_keys.merchant_id = slice_changes.merchant_id
            and slices.slice = slice_changes.slice
    window
        earlier as (
            partition by hot_keys.merchant_id
            order by slices.slice
            rows between unbounded preceding and 1 preceding
        )
),

-- Sums so far, along the line.
-- _arrived: of all that has become visible, however long ago.
-- _left: of what the window has left behind.
running as (
    select
        merchant_id,
        slice,
        happens_at,
        spine_id,
        place,
        n,
        amount_minor_total,
        own_event_time,
        coalesce(sum(case when arrives_after = 0 then n end) over so_far, 0) as n_arrived,
        case when count(*) over so_far > 0 then sum(cast(coalesce(case when arrives_after = 604800 then amount_minor_total end, 0) as decimal(38, 0)))
            over so_far else 0 end as amount_minor_total_delayed_7d_arrived,
        coalesce(sum(case when 1 between leaves_from and leaves_upto then n end) over left_by_1h, 0) as n_1h_left,
        case when count(*) over left_by_24h > 0
            then sum(cast(coalesce(case when 2 between leaves_from and leaves_upto then amount_minor_total end, 0) as decimal(38, 0))) over left_by_24h
            else 0 end as amount_minor_total_24h_delayed_7d_left
    from sliced
    window
        so_far as (
            partition by merchant_id, slice
            order by unix_micros(happens_at)
            range between unbounded preceding and current row
        ),
        left_by_1h as (
            partition by merchant_id, slice
            order by unix_micros(happens_at)
            range between unbounded preceding and 3600000000L /* 1h */ preceding
        ),
        left_by_24h as (
            partition by merchant_id, slice
            order by unix_micros(happens_at)
            range between unbounded preceding and 86400000000L /* 1d */ preceding
        )
),

-- What each spine row sees; its own event is taken off where it was counted.
seen as (
    select
        running.merchant_id,
        happens_at as as_of,
        spine_id,
        case when running.slice is null then n_arrived else held.n_1h + n_arrived end - n_1h_left - case when own_event_time
            > timestamp_micros(unix_micros(happens_at) - 3600000000 /* 1h */) then coalesce(n, 0) else 0 end as n_1h,
        coalesce(case when running.slice is null then amount_minor_total_delayed_7d_arrived else held.amount_minor_total_24h_delayed_7d
            + amount_minor_total_delayed_7d_arrived end - amount_minor_total_24h_delayed_7d_left - case when own_event_time
            > timestamp_micros(unix_micros(happens_at) - 691200000000 /* 8d */) and own_event_time
            <= timestamp_micros(unix_micros(happens_at) - 604800000000 /* 7d */) then coalesce(amount_minor_total, 0)
            else 0 end, cast(raise_error('a sum has more than 38 digits') as decimal(38, 0))) as amount_minor_total_24h_delayed_7d
    from running
    left join held
        on
            running.merchant_id = held.merchant_id
            and running.slice = held.slice
    where place = 2
),

-- The features, over what each spine row sees.
features as (
    select
        seen.spine_id,
        seen.as_of,
        seen.merchant_id,
        cast(seen.n_1h as bigint) as hot_count_1h,
        case when seen.amount_minor_total_24h_delayed_7d between -9223372036854775808 and 9223372036854775807
            then cast(seen.amount_minor_total_24h_delayed_7d as bigint) end as hot_sum_24h_delayed_7d
    from seen
)

select
    features.*,
    cast('5302112b1e7beb12e7afdaff78f82f1d' as string) as table_version,
    cast(0 as bigint) as table_epoch
from features
