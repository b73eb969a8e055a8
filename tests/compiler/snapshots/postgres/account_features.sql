-- truepoint-build: all rows
-- One row per row of the spine: account_features as of its as-of time.
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
        account_id,
        1 as n,
        amount_minor as amount_minor_total,
        case when amount_minor is not null then 1 end as amount_minor_n,
        cast(amount_minor as numeric) * cast(amount_minor as numeric) as amount_minor_squares,
        merchant_id as merchant_id_values_7d_value
    from source_events
    where
        occurred_at is not null
        and known_at is not null
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
        cast(own.amount_minor_total as numeric) as own_amount_minor_total,
        own.amount_minor_n as own_amount_minor_n,
        cast(own.amount_minor_squares as numeric) as own_amount_minor_squares,
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

-- merchant_id_values_7d: a value is present while at least one visible event holds it.
merchant_id_values_7d_timeline as (
    select
        events.account_id,
        events.merchant_id_values_7d_value,
        step.happens_at,
        cast(null as text) as spine_id,
        0 as place,
        step.events_seen
    from events
    cross join lateral (
        values
        (greatest(events.event_time, events.known_at), 1),
        (greatest(events.event_time + interval '604800 seconds', events.known_at), -1)
    ) as step (happens_at, events_seen)
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
        and own_event_time > happens_at - interval '604800 seconds'
),

merchant_id_values_7d_running as (
    select
        *,
        sum(events_seen) over (
            partition by account_id, merchant_id_values_7d_value
            order by happens_at, spine_id nulls first, place
            rows between unbounded preceding and current row
        ) as events_present
    from merchant_id_values_7d_timeline
),

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

-- Events and spine rows on one line of time; a row and the event it decides on are one, where they are at the same instant.
stream as (
    select
        coalesce(spine.account_id, events.account_id) as account_id,
        coalesce(spine.happens_at, events.event_time) as happens_at,
        spine.spine_id,
        events.event_time,
        events.known_at,
        events.n,
        events.amount_minor_total,
        events.amount_minor_n,
        events.amount_minor_squares,
        events.event_time as latest_90d,
        spine.own_latest_90d
    from spine
    full join events
        on
            spine.spine_id = events.event_id
            and spine.event_id = events.event_id
            and spine.happens_at = events.event_time
            and spine.account_id = events.account_id
),

neighbours as (
    select
        *,
        lead(happens_at) over line as next_at,
        lag(happens_at) over line as previous_at
    from stream
    window line as (partition by account_id order by happens_at)
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
        account_id,
        happens_at,
        spine_id,
        case when spine_id is null then 0 else 2 end as place,
        case when is_prompt then n end as n,
        case when is_prompt then amount_minor_total end as amount_minor_total,
        case when is_prompt then amount_minor_n end as amount_minor_n,
        case when is_prompt then amount_minor_squares end as amount_minor_squares,
        case when is_prompt and is_alone then latest_90d end as latest_90d,
        case when is_prompt and is_alone then latest_90d else own_latest_90d end as own_latest_90d
    from judged
),

late_events as (
    select
        account_id,
        event_time,
        known_at,
        case when not is_prompt then n end as n,
        case when not is_prompt then amount_minor_total end as amount_minor_total,
        case when not is_prompt then amount_minor_n end as amount_minor_n,
        case when not is_prompt then amount_minor_squares end as amount_minor_squares,
        latest_90d
    from judged
    where
        event_time is not null
        and not (is_prompt and is_alone)
),

-- An event adds its part when it becomes visible, and takes it away when it leaves the window.
late_changes as (
    select
        late_events.account_id,
        change.*
    from late_events
    cross join lateral (
        values
        (
            greatest(late_events.event_time, late_events.known_at),
            late_events.n,
            cast(late_events.amount_minor_total as numeric),
            late_events.amount_minor_n,
            cast(late_events.amount_minor_total as numeric),
            cast(late_events.amount_minor_squares as numeric),
            late_events.latest_90d
        ),
        (
            greatest(late_events.event_time + interval '3600 seconds', late_events.known_at),
            -late_events.n,
            null,
            null,
            null,
            null,
            null
        ),
        (
            greatest(late_events.event_time + interval '86400 seconds', late_events.known_at),
            null,
            -cast(late_events.amount_minor_total as numeric),
            null,
            null,
            null,
            null
        ),
        (
            greatest(late_events.event_time + interval '2592000 seconds', late_events.known_at),
            null,
            null,
            -late_events.amount_minor_n,
            -cast(late_events.amount_minor_total as numeric),
            -cast(late_events.amount_minor_squares as numeric),
            null
        )
    ) as change (
        happens_at,
        n_1h,
        amount_minor_total_24h,
        amount_minor_n_30d,
        amount_minor_total_30d,
        amount_minor_squares_30d,
        latest_90d
    )
),

-- The event that a row decides on must not count in it: out just before the row, back just after.
own_events as (
    select
        spine.account_id,
        spine.happens_at,
        spine.spine_id,
        step.place,
        case when own_event_time > happens_at - interval '3600 seconds' then step.sign * spine.own_n end as n_1h,
        case when own_event_time > happens_at - interval '86400 seconds' then step.sign * spine.own_amount_minor_total end as amount_minor_total_24h,
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
        account_id,
        happens_at,
        spine_id,
        place,
        cast(null as bigint) as n_1h,
        cast(null as numeric) as amount_minor_total_24h,
        cast(null as bigint) as amount_minor_n_30d,
        cast(null as numeric) as amount_minor_total_30d,
        cast(null as numeric) as amount_minor_squares_30d,
        cast(null as integer) as merchant_id_values_7d,
        latest_90d,
        own_latest_90d,
        n,
        amount_minor_total,
        amount_minor_n,
        amount_minor_squares
    from framed_events
    union all
    select
        account_id,
        happens_at,
        cast(null as text) as spine_id,
        0 as place,
        n_1h,
        amount_minor_total_24h,
        amount_minor_n_30d,
        amount_minor_total_30d,
        amount_minor_squares_30d,
        cast(null as integer) as merchant_id_values_7d,
        latest_90d,
        cast(null as timestamptz) as own_latest_90d,
        null as n,
        null as amount_minor_total,
        null as amount_minor_n,
        null as amount_minor_squares
    from late_changes
    union all
    select
        account_id,
        happens_at,
        spine_id,
        place,
        cast(null as bigint) as n_1h,
        cast(null as numeric) as amount_minor_total_24h,
        cast(null as bigint) as amount_minor_n_30d,
        cast(null as numeric) as amount_minor_total_30d,
        cast(null as numeric) as amount_minor_squares_30d,
        merchant_id_values_7d,
        cast(null as timestamptz) as latest_90d,
        cast(null as timestamptz) as own_latest_90d,
        null as n,
        null as amount_minor_total,
        null as amount_minor_n,
        null as amount_minor_squares
    from merchant_id_values_7d_changes
    union all
    select
        account_id,
        happens_at,
        spine_id,
        place,
        n_1h,
        amount_minor_total_24h,
        amount_minor_n_30d,
        amount_minor_total_30d,
        amount_minor_squares_30d,
        cast(null as integer) as merchant_id_values_7d,
        cast(null as timestamptz) as latest_90d,
        cast(null as timestamptz) as own_latest_90d,
        null as n,
        null as amount_minor_total,
        null as amount_minor_n,
        null as amount_minor_squares
    from own_events
),

maxima as (
    select
        *,
        max(latest_90d) over so_far as latest_90d_max,
        max(latest_90d) over before as latest_90d_max_before
    from timeline
    window
        so_far as (
            partition by account_id
            order by happens_at, spine_id nulls first, place
            rows between unbounded preceding and current row
        ),
        before as (
            partition by account_id
            order by happens_at, spine_id nulls first, place
            rows between unbounded preceding and 1 preceding
        )
),

running as (
    select
        account_id,
        happens_at,
        spine_id,
        place,
        sum(n_1h) over so_far as n_1h,
        sum(amount_minor_total_24h) over so_far as amount_minor_total_24h,
        sum(amount_minor_n_30d) over so_far as amount_minor_n_30d,
        sum(amount_minor_total_30d) over so_far as amount_minor_total_30d,
        sum(amount_minor_squares_30d) over so_far as amount_minor_squares_30d,
        sum(merchant_id_values_7d) over so_far as merchant_id_values_7d,
        sum(n) over last_1h as n_1h_framed,
        sum(amount_minor_total) over last_24h as amount_minor_total_24h_framed,
        sum(amount_minor_n) over last_30d as amount_minor_n_30d_framed,
        sum(amount_minor_total) over last_30d as amount_minor_total_30d_framed,
        sum(amount_minor_squares) over last_30d as amount_minor_squares_30d_framed,
        n,
        amount_minor_total,
        amount_minor_n,
        amount_minor_squares,
        own_latest_90d,
        latest_90d_max as latest_90d,
        max(
            case when latest_90d is not null and latest_90d_max_before is not null then least(latest_90d, latest_90d_max_before) end
        ) over so_far as latest_90d_runner_up
    from maxima
    window
        so_far as (
            partition by account_id
            order by happens_at, spine_id nulls first, place
            rows between unbounded preceding and current row
        ),
        last_1h as (
            partition by account_id
            order by happens_at
            range between interval '3599.999999 seconds' preceding and current row
        ),
        last_24h as (
            partition by account_id
            order by happens_at
            range between interval '86399.999999 seconds' preceding and current row
        ),
        last_30d as (
            partition by account_id
            order by happens_at
            range between interval '2591999.999999 seconds' preceding and current row
        )
),

-- What each spine row sees.
seen as (
    select
        account_id,
        happens_at as as_of,
        spine_id,
        coalesce(n_1h_framed, 0) - coalesce(n, 0) + coalesce(n_1h, 0) as n_1h,
        coalesce(amount_minor_total_24h_framed, 0) - coalesce(amount_minor_total, 0) + coalesce(amount_minor_total_24h, 0) as amount_minor_total_24h,
        coalesce(amount_minor_n_30d_framed, 0) - coalesce(amount_minor_n, 0) + coalesce(amount_minor_n_30d, 0) as amount_minor_n_30d,
        coalesce(amount_minor_total_30d_framed, 0) - coalesce(amount_minor_total, 0) + coalesce(amount_minor_total_30d, 0) as amount_minor_total_30d,
        coalesce(amount_minor_squares_30d_framed, 0) - coalesce(amount_minor_squares, 0) + coalesce(amount_minor_squares_30d, 0) as amount_minor_squares_30d,
        coalesce(merchant_id_values_7d, 0) as merchant_id_values_7d,
        case when own_latest_90d = latest_90d then latest_90d_runner_up else latest_90d end as latest_90d
    from running
    where place = 2
),

features as (
    select
        seen.spine_id,
        seen.as_of,
        seen.account_id,
        cast(seen.n_1h as bigint) as account_txn_count_1h,
        cast(seen.amount_minor_total_24h as bigint) as account_amount_sum_24h,
        cast(seen.amount_minor_total_30d as double precision) / nullif(cast(seen.amount_minor_n_30d as double precision), 0) as account_amount_mean_30d,
        sqrt(cast(cast(seen.amount_minor_n_30d as numeric) * seen.amount_minor_squares_30d - cast(seen.amount_minor_total_30d as numeric) * cast(seen.amount_minor_total_30d as numeric) as double precision) / nullif(cast(cast(seen.amount_minor_n_30d as numeric) * (cast(seen.amount_minor_n_30d as numeric) - 1) as double precision), 0)) as account_amount_stddev_30d,
        cast(seen.merchant_id_values_7d as bigint) as account_distinct_merchants_7d,
        cast(extract(epoch from (seen.as_of - case when seen.latest_90d > seen.as_of - interval '7776000 seconds' then seen.latest_90d end)) as double precision) as txn_seconds_since_last
    from seen
)

select
    features.*,
    cast('3c5b3295b07419aad8b837825838a115' as text) as table_version,
    cast(0 as bigint) as table_epoch
from features
