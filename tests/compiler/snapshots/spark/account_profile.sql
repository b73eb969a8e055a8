-- truepoint: feature view account_profile, version a276febfdee06f8b724e4e32e050096b
-- truepoint-build: all rows
-- One row per row of the spine: account_profile as of its as-of time.
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
    select * from truepoint_features.stg_accounts
),

-- The events that can ever count, and what each adds.
events as (
    select
        account_version_id as event_id,
        occurred_at as event_time,
        known_at as known_at,
        account_id,
        home_country as latest_home_country_lifetime_value,
        row_number() over (
            partition by account_id
            order by occurred_at, known_at, account_version_id
        ) as event_rank
    from source_events
    where
        occurred_at >= timestamp '1900-01-01 00:00:00+00:00'
        and occurred_at < timestamp '2150-01-01 00:00:00+00:00'
        and known_at >= timestamp '1900-01-01 00:00:00+00:00'
        and known_at < timestamp '2150-01-01 00:00:00+00:00'
        and account_id is not null
),

-- Who asks, and when.
spine as (
    select
        spine_rows.spine_id,
        spine_rows.as_of as happens_at,
        spine_rows.account_id
    from spine_rows
),

-- What events do, and spine rows, on one line of time. Of one instant, by place: events (0), then each row (2).
timeline as (
    select
        account_id,
        greatest(event_time, known_at) as happens_at,
        cast(null as string) as spine_id,
        0 as place,
        event_rank as latest_home_country_lifetime
    from events
    union all
    select
        account_id,
        happens_at,
        spine_id,
        2 as place,
        cast(null as bigint) as latest_home_country_lifetime
    from spine
),

-- Sums so far, along the line.
running as (
    select
        account_id,
        happens_at,
        spine_id,
        place,
        max(latest_home_country_lifetime) over so_far as latest_home_country_lifetime
    from timeline
    window
        so_far as (
            partition by account_id
            order by unix_micros(happens_at), spine_id nulls first, place
            rows between unbounded preceding and current row
        )
),

-- What each spine row sees.
seen as (
    select
        account_id,
        happens_at as as_of,
        spine_id,
        latest_home_country_lifetime
    from running
    where place = 2
),

-- The features, over what each spine row sees.
features as (
    select
        seen.spine_id,
        seen.as_of,
        seen.account_id,
        latest_home_country_lifetime_event.latest_home_country_lifetime_value as account_home_country
    from seen
    left join events as latest_home_country_lifetime_event
        on
            seen.latest_home_country_lifetime = latest_home_country_lifetime_event.event_rank
            and seen.account_id = latest_home_country_lifetime_event.account_id
)

select
    features.*,
    cast('a276febfdee06f8b724e4e32e050096b' as string) as table_version,
    cast(0 as bigint) as table_epoch
from features
