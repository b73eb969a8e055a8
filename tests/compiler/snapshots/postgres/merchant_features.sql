-- truepoint-build: all rows
-- One row per row of the spine: merchant_features as of its as-of time.
with spine_rows as (
    select * from "truepoint"."truepoint_features"."spine_transactions"
),

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
        occurred_at is not null
        and known_at is not null
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
        cast(own.is_declined_total as numeric) as own_is_declined_total,
        own.amount_minor_n as own_amount_minor_n,
        cast(own.amount_minor_total as numeric) as own_amount_minor_total,
        cast(own.amount_minor_squares as numeric) as own_amount_minor_squares
    from spine_rows
    left join events as own
        on
            spine_rows.event_id = own.event_id
            and spine_rows.merchant_id = own.merchant_id
            and own.event_time <= spine_rows.as_of
            and own.known_at <= spine_rows.as_of
),

-- Events and spine rows on one line of time; a row and the event it decides on are one, where they are at the same instant.
stream as (
    select
        coalesce(spine.merchant_id, events.merchant_id) as merchant_id,
        coalesce(spine.happens_at, events.event_time) as happens_at,
        spine.spine_id,
        events.event_time,
        events.known_at,
        events.n,
        events.is_declined_n,
        events.is_declined_total,
        events.amount_minor_n,
        events.amount_minor_total,
        events.amount_minor_squares
    from spine
    full join events
        on
            spine.spine_id = events.event_id
            and spine.event_id = events.event_id
            and spine.happens_at = events.event_time
            and spine.merchant_id = events.merchant_id
),

neighbours as (
    select
        *,
        lead(happens_at) over line as next_at,
        lag(happens_at) over line as previous_at
    from stream
    window line as (partition by merchant_id order by happens_at)
),

judged as (
    select
        *,
        -- Nobody asks between its event time and its known time.
        event_time is not null
        and (
            known_at <= happens_at
            or (coalesce(previous_at < happens_at, true) and coalesce(next_at > happens_at and next_at >= known_at, true))
        ) as is_prompt,
        -- Nothing else is at its instant.
        coalesce(previous_at < happens_at, true) and coalesce(next_at > happens_at, true) as is_alone
    from neighbours
),

framed_events as (
    select
        merchant_id,
        happens_at,
        spine_id,
        case when spine_id is null then 0 else 2 end as place,
        case when is_prompt then n end as n,
        case when is_prompt then is_declined_n end as is_declined_n,
        case when is_prompt then is_declined_total end as is_declined_total,
        case when is_prompt then amount_minor_n end as amount_minor_n,
        case when is_prompt then amount_minor_total end as amount_minor_total,
        case when is_prompt then amount_minor_squares end as amount_minor_squares
    from judged
),

late_events as (
    select
        merchant_id,
        event_time,
        known_at,
        case when not is_prompt then n end as n,
        case when not is_prompt then is_declined_n end as is_declined_n,
        case when not is_prompt then is_declined_total end as is_declined_total,
        case when not is_prompt then amount_minor_n end as amount_minor_n,
        case when not is_prompt then amount_minor_total end as amount_minor_total,
        case when not is_prompt then amount_minor_squares end as amount_minor_squares
    from judged
    where
        event_time is not null
        and not (is_prompt)
),

-- An event adds its part when it becomes visible, and takes it away when it leaves the window.
late_changes as (
    select
        late_events.merchant_id,
        change.*
    from late_events
    cross join lateral (
        values
        (
            greatest(late_events.event_time, late_events.known_at),
            late_events.n,
            late_events.is_declined_n,
            cast(late_events.is_declined_total as numeric),
            late_events.amount_minor_n,
            cast(late_events.amount_minor_total as numeric),
            cast(late_events.amount_minor_squares as numeric)
        ),
        (
            greatest(late_events.event_time + interval '300 seconds', late_events.known_at),
            -late_events.n,
            null,
            null,
            null,
            null,
            null
        ),
        (
            greatest(late_events.event_time + interval '3600 seconds', late_events.known_at),
            null,
            -late_events.is_declined_n,
            -cast(late_events.is_declined_total as numeric),
            null,
            null,
            null
        ),
        (
            greatest(late_events.event_time + interval '2592000 seconds', late_events.known_at),
            null,
            null,
            null,
            -late_events.amount_minor_n,
            -cast(late_events.amount_minor_total as numeric),
            -cast(late_events.amount_minor_squares as numeric)
        )
    ) as change (
        happens_at,
        n_5m,
        is_declined_n_1h,
        is_declined_total_1h,
        amount_minor_n_30d,
        amount_minor_total_30d,
        amount_minor_squares_30d
    )
),

-- The event that a row decides on must not count in it: out just before the row, back just after.
own_events as (
    select
        spine.merchant_id,
        spine.happens_at,
        spine.spine_id,
        step.place,
        case when own_event_time > happens_at - interval '300 seconds' then step.sign * spine.own_n end as n_5m,
        case when own_event_time > happens_at - interval '3600 seconds' then step.sign * spine.own_is_declined_n end as is_declined_n_1h,
        case when own_event_time > happens_at - interval '3600 seconds' then step.sign * spine.own_is_declined_total end as is_declined_total_1h,
        case when own_event_time > happens_at - interval '2592000 seconds' then step.sign * spine.own_amount_minor_n end as amount_minor_n_30d,
        case when own_event_time > happens_at - interval '2592000 seconds' then step.sign * spine.own_amount_minor_total end as amount_minor_total_30d,
        case when own_event_time > happens_at - interval '2592000 seconds' then step.sign * spine.own_amount_minor_squares end as amount_minor_squares_30d
    from spine
    cross join (values (1, -1), (3, 1)) as step (place, sign)
    where
        spine.own_event_time is not null
        and (spine.spine_id is distinct from spine.event_id or own_event_time <> happens_at)
),

-- Changes and spine rows on one line of time. Of one instant, by place: changes (0), and of each row its own event out (1), its question (2),
-- its own event back (3).
timeline as (
    select
        merchant_id,
        happens_at,
        spine_id,
        place,
        cast(null as bigint) as n_5m,
        cast(null as bigint) as is_declined_n_1h,
        cast(null as numeric) as is_declined_total_1h,
        cast(null as bigint) as amount_minor_n_30d,
        cast(null as numeric) as amount_minor_total_30d,
        cast(null as numeric) as amount_minor_squares_30d,
        n,
        is_declined_n,
        is_declined_total,
        amount_minor_n,
        amount_minor_total,
        amount_minor_squares
    from framed_events
    union all
    select
        merchant_id,
        happens_at,
        cast(null as text) as spine_id,
        0 as place,
        n_5m,
        is_declined_n_1h,
        is_declined_total_1h,
        amount_minor_n_30d,
        amount_minor_total_30d,
        amount_minor_squares_30d,
        null as n,
        null as is_declined_n,
        null as is_declined_total,
        null as amount_minor_n,
        null as amount_minor_total,
        null as amount_minor_squares
    from late_changes
    union all
    select
        merchant_id,
        happens_at,
        spine_id,
        place,
        n_5m,
        is_declined_n_1h,
        is_declined_total_1h,
        amount_minor_n_30d,
        amount_minor_total_30d,
        amount_minor_squares_30d,
        null as n,
        null as is_declined_n,
        null as is_declined_total,
        null as amount_minor_n,
        null as amount_minor_total,
        null as amount_minor_squares
    from own_events
),

running as (
    select
        merchant_id,
        happens_at,
        spine_id,
        place,
        sum(n_5m) over so_far as n_5m,
        sum(is_declined_n_1h) over so_far as is_declined_n_1h,
        sum(is_declined_total_1h) over so_far as is_declined_total_1h,
        sum(amount_minor_n_30d) over so_far as amount_minor_n_30d,
        sum(amount_minor_total_30d) over so_far as amount_minor_total_30d,
        sum(amount_minor_squares_30d) over so_far as amount_minor_squares_30d,
        sum(n) over last_5m as n_5m_framed,
        sum(is_declined_n) over last_1h as is_declined_n_1h_framed,
        sum(is_declined_total) over last_1h as is_declined_total_1h_framed,
        sum(amount_minor_n) over last_30d as amount_minor_n_30d_framed,
        sum(amount_minor_total) over last_30d as amount_minor_total_30d_framed,
        sum(amount_minor_squares) over last_30d as amount_minor_squares_30d_framed,
        n,
        is_declined_n,
        is_declined_total,
        amount_minor_n,
        amount_minor_total,
        amount_minor_squares
    from timeline
    window
        so_far as (
            partition by merchant_id
            order by happens_at, spine_id nulls first, place
            rows between unbounded preceding and current row
        ),
        last_5m as (
            partition by merchant_id
            order by happens_at
            range between interval '299.999999 seconds' preceding and current row
        ),
        last_1h as (
            partition by merchant_id
            order by happens_at
            range between interval '3599.999999 seconds' preceding and current row
        ),
        last_30d as (
            partition by merchant_id
            order by happens_at
            range between interval '2591999.999999 seconds' preceding and current row
        )
),

-- What each spine row sees.
seen as (
    select
        merchant_id,
        happens_at as as_of,
        spine_id,
        coalesce(n_5m_framed, 0) - coalesce(n, 0) + coalesce(n_5m, 0) as n_5m,
        coalesce(is_declined_n_1h_framed, 0) - coalesce(is_declined_n, 0) + coalesce(is_declined_n_1h, 0) as is_declined_n_1h,
        coalesce(is_declined_total_1h_framed, 0) - coalesce(is_declined_total, 0) + coalesce(is_declined_total_1h, 0) as is_declined_total_1h,
        coalesce(amount_minor_n_30d_framed, 0) - coalesce(amount_minor_n, 0) + coalesce(amount_minor_n_30d, 0) as amount_minor_n_30d,
        coalesce(amount_minor_total_30d_framed, 0) - coalesce(amount_minor_total, 0) + coalesce(amount_minor_total_30d, 0) as amount_minor_total_30d,
        coalesce(amount_minor_squares_30d_framed, 0) - coalesce(amount_minor_squares, 0) + coalesce(amount_minor_squares_30d, 0) as amount_minor_squares_30d
    from running
    where place = 2
),

features as (
    select
        seen.spine_id,
        seen.as_of,
        seen.merchant_id,
        cast(seen.n_5m as bigint) as merchant_txn_count_5m,
        cast(seen.is_declined_total_1h as double precision) / nullif(cast(seen.is_declined_n_1h as double precision), 0) as merchant_declined_share_1h,
        sqrt(cast(cast(seen.amount_minor_n_30d as numeric) * seen.amount_minor_squares_30d - cast(seen.amount_minor_total_30d as numeric) * cast(seen.amount_minor_total_30d as numeric) as double precision) / nullif(cast(cast(seen.amount_minor_n_30d as numeric) * (cast(seen.amount_minor_n_30d as numeric) - 1) as double precision), 0)) as merchant_amount_stddev_30d
    from seen
)

select
    features.*,
    cast('3c93daa1fa94633e54e8b406dd7c56a9' as text) as table_version,
    cast(0 as bigint) as table_epoch
from features
