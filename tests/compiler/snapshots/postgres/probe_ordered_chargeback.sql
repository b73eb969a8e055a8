-- truepoint: feature view probe_ordered_chargeback, version 884a5566a54421605985c0192578189c
-- truepoint-build: all rows
-- One row per row of the spine: probe_ordered_chargeback as of its as-of time.
with spine_rows as (
    select * from "truepoint"."truepoint_features"."spine_transactions"
),

source_events as (
    select * from "truepoint"."truepoint_features"."stg_chargebacks"
),

-- The events that can ever count, and what each adds.
events as (
    select
        chargeback_id as event_id,
        occurred_at as event_time,
        known_at as known_at,
        merchant_id,
        chargeback_id as chargeback_id_events_30d_value,
        chargeback_id as chargeback_id_events_7d_delayed_1h_value,
        chargeback_id collate "C" as chargeback_id_frequent_lifetime_value,
        row_number() over (
            partition by merchant_id
            order by occurred_at, known_at, chargeback_id collate "C"
        ) as event_rank
    from source_events
    where
        occurred_at is not null
        and known_at is not null
        and merchant_id is not null
),

-- Who asks, and when.
spine as (
    select
        spine_rows.spine_id,
        spine_rows.as_of as happens_at,
        spine_rows.merchant_id
    from spine_rows
),

-- What events do, and spine rows, on one line of time. Of one instant, by place: events (0), then each row (2).
timeline as (
    select
        merchant_id,
        happens_at,
        spine_id,
        2 as place
    from spine
),

running as (
    select
        merchant_id,
        happens_at,
        spine_id,
        place
    from timeline
    window
        so_far as (
            partition by merchant_id
            order by happens_at
            range between unbounded preceding and current row
        )
),

-- What each spine row sees.
seen as (
    select
        merchant_id,
        happens_at as as_of,
        spine_id
    from running
    where place = 2
),

-- chargeback_id_frequent_lifetime: how often each value is seen, from each change on.
chargeback_id_frequent_lifetime_steps as (
    select
        events.merchant_id,
        events.chargeback_id_frequent_lifetime_value,
        step.happens_at,
        cast(null as text) as spine_id,
        0 as place,
        step.events_seen
    from events
    cross join lateral (
        values
        (greatest(events.event_time, events.known_at), 1)
    ) as step (happens_at, events_seen)
    where events.chargeback_id_frequent_lifetime_value is not null
),

chargeback_id_frequent_lifetime_moments as (
    select
        merchant_id,
        chargeback_id_frequent_lifetime_value,
        happens_at,
        spine_id,
        place,
        sum(events_seen) as events_seen
    from chargeback_id_frequent_lifetime_steps
    group by merchant_id, chargeback_id_frequent_lifetime_value, happens_at, spine_id, place
),

chargeback_id_frequent_lifetime_counts as (
    select
        *,
        sum(events_seen) over (
            partition by merchant_id, chargeback_id_frequent_lifetime_value
            order by happens_at, spine_id nulls first, place
            rows between unbounded preceding and current row
        ) as how_often
    from chargeback_id_frequent_lifetime_moments
    where events_seen <> 0
),

chargeback_id_frequent_lifetime_pairs as (
    select
        counts.merchant_id,
        counts.chargeback_id_frequent_lifetime_value,
        counts.happens_at,
        counts.spine_id,
        counts.place,
        pair.how_often,
        pair.step
    from chargeback_id_frequent_lifetime_counts as counts
    cross join lateral (
        values
        (counts.how_often - counts.events_seen, -1),
        (counts.how_often, 1)
    ) as pair (how_often, step)
    where pair.how_often > 0
),

chargeback_id_frequent_lifetime_ranked as (
    select
        *,
        dense_rank() over (partition by merchant_id order by how_often desc, chargeback_id_frequent_lifetime_value asc) as in_order
    from chargeback_id_frequent_lifetime_pairs
),

-- A number for each key, and how many ranks it has, at most.
key_sizes as (
    select
        merchant_id,
        row_number() over () as key_number,
        count(*) as key_size
    from events
    group by merchant_id
),

-- What comes into an order (step 1) and leaves it (-1), and what each spine row asks (0).
-- Parts: 0 chargeback_id_events_30d, 1 chargeback_id_events_7d_delayed_1h, 2 chargeback_id_frequent_lifetime.
-- Questions, by their place: 0 1, 1 n, 2 n - 1, 3 2; n is how many it sees.
ordered_rows as (
    select
        key_sizes.key_number,
        key_sizes.key_size,
        change.part,
        change.in_order,
        change.happens_at,
        cast(null as text) as spine_id,
        0 as place,
        change.step,
        cast(null as integer) as question,
        cast(null as bigint) as own_in_order
    from events
    inner join key_sizes
        on events.merchant_id = key_sizes.merchant_id
    cross join lateral (
        values
        (
            0,
            cast(events.event_rank as bigint),
            greatest(events.event_time, events.known_at),
            1
        ),
        (
            0,
            cast(events.event_rank as bigint),
            greatest(events.event_time + interval '2592000 seconds', events.known_at),
            -1
        ),
        (
            1,
            cast(events.event_rank as bigint),
            greatest(events.event_time + interval '3600 seconds', events.known_at),
            1
        ),
        (
            1,
            cast(events.event_rank as bigint),
            greatest(events.event_time + interval '608400 seconds', events.known_at),
            -1
        )
    ) as change (
        part,
        in_order,
        happens_at,
        step
    )
    where change.in_order is not null
    union all
    select
        key_sizes.key_number,
        key_sizes.key_size,
        2 as part,
        cast(ranked.in_order as bigint) as in_order,
        ranked.happens_at,
        ranked.spine_id,
        ranked.place,
        ranked.step,
        cast(null as integer) as question,
        cast(null as bigint) as own_in_order
    from chargeback_id_frequent_lifetime_ranked as ranked
    inner join key_sizes
        on ranked.merchant_id = key_sizes.merchant_id
    union all
    select
        key_sizes.key_number,
        key_sizes.key_size,
        asked.part,
        cast(null as bigint) as in_order,
        spine.happens_at,
        spine.spine_id,
        2 as place,
        0 as step,
        asked.question,
        asked.own_in_order
    from spine
    inner join key_sizes
        on spine.merchant_id = key_sizes.merchant_id
    cross join lateral (
        values
        (0, 0, cast(null as bigint)),
        (1, 1, cast(null as bigint)),
        (1, 2, cast(null as bigint)),
        (2, 0, cast(null as bigint)),
        (2, 3, cast(null as bigint))
    ) as asked (part, question, own_in_order)
),

-- Digit 8 of the ranks: the first for keys of 16777216 ranks and more.
ordered_line_8 as (
    select
        *,
        cast(null as bigint) as how_many,
        cast(null as bigint) as wanted,
        coalesce(case when in_order >= 134217728 then cast('a key has more ranks than 134217728: ' || in_order as bigint) else (in_order >> 27) end, 0) as node,
        coalesce((in_order >> 24) & 7, 0) as digit,
        (own_in_order >> 24) & 7 as own_digit
    from ordered_rows
    where key_size >= 16777216
),

-- How many are there, but for the own event: in the whole node, and in its first children.
ordered_counts_8 as (
    select
        *,
        (sum(step) over line) - case when own_digit is null then 0 else 1 end as n,
        (sum(case when digit <= 0 then step else 0 end) over line) - case when own_digit <= 0 then 1 else 0 end as upto_0,
        (sum(case when digit <= 1 then step else 0 end) over line) - case when own_digit <= 1 then 1 else 0 end as upto_1,
        (sum(case when digit <= 2 then step else 0 end) over line) - case when own_digit <= 2 then 1 else 0 end as upto_2,
        (sum(case when digit <= 3 then step else 0 end) over line) - case when own_digit <= 3 then 1 else 0 end as upto_3,
        (sum(case when digit <= 4 then step else 0 end) over line) - case when own_digit <= 4 then 1 else 0 end as upto_4,
        (sum(case when digit <= 5 then step else 0 end) over line) - case when own_digit <= 5 then 1 else 0 end as upto_5,
        (sum(case when digit <= 6 then step else 0 end) over line) - case when own_digit <= 6 then 1 else 0 end as upto_6
    from ordered_line_8
    window line as (
        partition by key_number, part, node
        order by happens_at, spine_id nulls first, place
        rows between unbounded preceding and current row
    )
),

ordered_places_8 as (
    select
        *,
        coalesce(how_many, n) as how_many_there,
        coalesce(wanted, case question when 0 then 1 when 1 then n when 2 then n - 1 when 3 then 2 end) as place_wanted
    from ordered_counts_8
    where question is not null
),

ordered_step_8 as (
    select
        key_number,
        key_size,
        part,
        in_order,
        happens_at,
        spine_id,
        place,
        step,
        question,
        own_in_order,
        how_many_there as how_many,
        place_wanted - case
            when place_wanted <= upto_0 then 0
            when place_wanted <= upto_1 then upto_0
            when place_wanted <= upto_2 then upto_1
            when place_wanted <= upto_3 then upto_2
            when place_wanted <= upto_4 then upto_3
            when place_wanted <= upto_5 then upto_4
            when place_wanted <= upto_6 then upto_5
            else upto_6
        end as wanted,
        node * 8 + case
            when place_wanted <= upto_0 then 0
            when place_wanted <= upto_1 then 1
            when place_wanted <= upto_2 then 2
            when place_wanted <= upto_3 then 3
            when place_wanted <= upto_4 then 4
            when place_wanted <= upto_5 then 5
            when place_wanted <= upto_6 then 6
            else 7
        end as node
    from ordered_places_8
    where place_wanted between 1 and n
),

-- Digit 7 of the ranks: the first for keys of 2097152 ranks and more, fewer than 16777216.
ordered_line_7 as (
    select
        *,
        cast(null as bigint) as how_many,
        cast(null as bigint) as wanted,
        coalesce((in_order >> 24), 0) as node,
        coalesce((in_order >> 21) & 7, 0) as digit,
        (own_in_order >> 21) & 7 as own_digit
    from ordered_rows
    where key_size >= 2097152 and (question is null or key_size < 16777216)
    union all
    select
        *,
        0 as digit,
        case when (own_in_order >> 24) = node then (own_in_order >> 21) & 7 end as own_digit
    from ordered_step_8
),

-- How many are there, but for the own event: in the whole node, and in its first children.
ordered_counts_7 as (
    select
        *,
        (sum(step) over line) - case when own_digit is null then 0 else 1 end as n,
        (sum(case when digit <= 0 then step else 0 end) over line) - case when own_digit <= 0 then 1 else 0 end as upto_0,
        (sum(case when digit <= 1 then step else 0 end) over line) - case when own_digit <= 1 then 1 else 0 end as upto_1,
        (sum(case when digit <= 2 then step else 0 end) over line) - case when own_digit <= 2 then 1 else 0 end as upto_2,
        (sum(case when digit <= 3 then step else 0 end) over line) - case when own_digit <= 3 then 1 else 0 end as upto_3,
        (sum(case when digit <= 4 then step else 0 end) over line) - case when own_digit <= 4 then 1 else 0 end as upto_4,
        (sum(case when digit <= 5 then step else 0 end) over line) - case when own_digit <= 5 then 1 else 0 end as upto_5,
        (sum(case when digit <= 6 then step else 0 end) over line) - case when own_digit <= 6 then 1 else 0 end as upto_6
    from ordered_line_7
    window line as (
        partition by key_number, part, node
        order by happens_at, spine_id nulls first, place
        rows between unbounded preceding and current row
    )
),

ordered_places_7 as (
    select
        *,
        coalesce(how_many, n) as how_many_there,
        coalesce(wanted, case question when 0 then 1 when 1 then n when 2 then n - 1 when 3 then 2 end) as place_wanted
    from ordered_counts_7
    where question is not null
),

ordered_step_7 as (
    select
        key_number,
        key_size,
        part,
        in_order,
        happens_at,
        spine_id,
        place,
        step,
        question,
        own_in_order,
        how_many_there as how_many,
        place_wanted - case
            when place_wanted <= upto_0 then 0
            when place_wanted <= upto_1 then upto_0
            when place_wanted <= upto_2 then upto_1
            when place_wanted <= upto_3 then upto_2
            when place_wanted <= upto_4 then upto_3
            when place_wanted <= upto_5 then upto_4
            when place_wanted <= upto_6 then upto_5
            else upto_6
        end as wanted,
        node * 8 + case
            when place_wanted <= upto_0 then 0
            when place_wanted <= upto_1 then 1
            when place_wanted <= upto_2 then 2
            when place_wanted <= upto_3 then 3
            when place_wanted <= upto_4 then 4
            when place_wanted <= upto_5 then 5
            when place_wanted <= upto_6 then 6
            else 7
        end as node
    from ordered_places_7
    where place_wanted between 1 and n
),

-- Digit 6 of the ranks: the first for keys of 262144 ranks and more, fewer than 2097152.
ordered_line_6 as (
    select
        *,
        cast(null as bigint) as how_many,
        cast(null as bigint) as wanted,
        coalesce((in_order >> 21), 0) as node,
        coalesce((in_order >> 18) & 7, 0) as digit,
        (own_in_order >> 18) & 7 as own_digit
    from ordered_rows
    where key_size >= 262144 and (question is null or key_size < 2097152)
    union all
    select
        *,
        0 as digit,
        case when (own_in_order >> 21) = node then (own_in_order >> 18) & 7 end as own_digit
    from ordered_step_7
),

-- How many are there, but for the own event: in the whole node, and in its first children.
ordered_counts_6 as (
    select
        *,
        (sum(step) over line) - case when own_digit is null then 0 else 1 end as n,
        (sum(case when digit <= 0 then step else 0 end) over line) - case when own_digit <= 0 then 1 else 0 end as upto_0,
        (sum(case when digit <= 1 then step else 0 end) over line) - case when own_digit <= 1 then 1 else 0 end as upto_1,
        (sum(case when digit <= 2 then step else 0 end) over line) - case when own_digit <= 2 then 1 else 0 end as upto_2,
        (sum(case when digit <= 3 then step else 0 end) over line) - case when own_digit <= 3 then 1 else 0 end as upto_3,
        (sum(case when digit <= 4 then step else 0 end) over line) - case when own_digit <= 4 then 1 else 0 end as upto_4,
        (sum(case when digit <= 5 then step else 0 end) over line) - case when own_digit <= 5 then 1 else 0 end as upto_5,
        (sum(case when digit <= 6 then step else 0 end) over line) - case when own_digit <= 6 then 1 else 0 end as upto_6
    from ordered_line_6
    window line as (
        partition by key_number, part, node
        order by happens_at, spine_id nulls first, place
        rows between unbounded preceding and current row
    )
),

ordered_places_6 as (
    select
        *,
        coalesce(how_many, n) as how_many_there,
        coalesce(wanted, case question when 0 then 1 when 1 then n when 2 then n - 1 when 3 then 2 end) as place_wanted
    from ordered_counts_6
    where question is not null
),

ordered_step_6 as (
    select
        key_number,
        key_size,
        part,
        in_order,
        happens_at,
        spine_id,
        place,
        step,
        question,
        own_in_order,
        how_many_there as how_many,
        place_wanted - case
            when place_wanted <= upto_0 then 0
            when place_wanted <= upto_1 then upto_0
            when place_wanted <= upto_2 then upto_1
            when place_wanted <= upto_3 then upto_2
            when place_wanted <= upto_4 then upto_3
            when place_wanted <= upto_5 then upto_4
            when place_wanted <= upto_6 then upto_5
            else upto_6
        end as wanted,
        node * 8 + case
            when place_wanted <= upto_0 then 0
            when place_wanted <= upto_1 then 1
            when place_wanted <= upto_2 then 2
            when place_wanted <= upto_3 then 3
            when place_wanted <= upto_4 then 4
            when place_wanted <= upto_5 then 5
            when place_wanted <= upto_6 then 6
            else 7
        end as node
    from ordered_places_6
    where place_wanted between 1 and n
),

-- Digit 5 of the ranks: the first for keys of 32768 ranks and more, fewer than 262144.
ordered_line_5 as (
    select
        *,
        cast(null as bigint) as how_many,
        cast(null as bigint) as wanted,
        coalesce((in_order >> 18), 0) as node,
        coalesce((in_order >> 15) & 7, 0) as digit,
        (own_in_order >> 15) & 7 as own_digit
    from ordered_rows
    where key_size >= 32768 and (question is null or key_size < 262144)
    union all
    select
        *,
        0 as digit,
        case when (own_in_order >> 18) = node then (own_in_order >> 15) & 7 end as own_digit
    from ordered_step_6
),

-- How many are there, but for the own event: in the whole node, and in its first children.
ordered_counts_5 as (
    select
        *,
        (sum(step) over line) - case when own_digit is null then 0 else 1 end as n,
        (sum(case when digit <= 0 then step else 0 end) over line) - case when own_digit <= 0 then 1 else 0 end as upto_0,
        (sum(case when digit <= 1 then step else 0 end) over line) - case when own_digit <= 1 then 1 else 0 end as upto_1,
        (sum(case when digit <= 2 then step else 0 end) over line) - case when own_digit <= 2 then 1 else 0 end as upto_2,
        (sum(case when digit <= 3 then step else 0 end) over line) - case when own_digit <= 3 then 1 else 0 end as upto_3,
        (sum(case when digit <= 4 then step else 0 end) over line) - case when own_digit <= 4 then 1 else 0 end as upto_4,
        (sum(case when digit <= 5 then step else 0 end) over line) - case when own_digit <= 5 then 1 else 0 end as upto_5,
        (sum(case when digit <= 6 then step else 0 end) over line) - case when own_digit <= 6 then 1 else 0 end as upto_6
    from ordered_line_5
    window line as (
        partition by key_number, part, node
        order by happens_at, spine_id nulls first, place
        rows between unbounded preceding and current row
    )
),

ordered_places_5 as (
    select
        *,
        coalesce(how_many, n) as how_many_there,
        coalesce(wanted, case question when 0 then 1 when 1 then n when 2 then n - 1 when 3 then 2 end) as place_wanted
    from ordered_counts_5
    where question is not null
),

ordered_step_5 as (
    select
        key_number,
        key_size,
        part,
        in_order,
        happens_at,
        spine_id,
        place,
        step,
        question,
        own_in_order,
        how_many_there as how_many,
        place_wanted - case
            when place_wanted <= upto_0 then 0
            when place_wanted <= upto_1 then upto_0
            when place_wanted <= upto_2 then upto_1
            when place_wanted <= upto_3 then upto_2
            when place_wanted <= upto_4 then upto_3
            when place_wanted <= upto_5 then upto_4
            when place_wanted <= upto_6 then upto_5
            else upto_6
        end as wanted,
        node * 8 + case
            when place_wanted <= upto_0 then 0
            when place_wanted <= upto_1 then 1
            when place_wanted <= upto_2 then 2
            when place_wanted <= upto_3 then 3
            when place_wanted <= upto_4 then 4
            when place_wanted <= upto_5 then 5
            when place_wanted <= upto_6 then 6
            else 7
        end as node
    from ordered_places_5
    where place_wanted between 1 and n
),

-- Digit 4 of the ranks: the first for keys of 4096 ranks and more, fewer than 32768.
ordered_line_4 as (
    select
        *,
        cast(null as bigint) as how_many,
        cast(null as bigint) as wanted,
        coalesce((in_order >> 15), 0) as node,
        coalesce((in_order >> 12) & 7, 0) as digit,
        (own_in_order >> 12) & 7 as own_digit
    from ordered_rows
    where key_size >= 4096 and (question is null or key_size < 32768)
    union all
    select
        *,
        0 as digit,
        case when (own_in_order >> 15) = node then (own_in_order >> 12) & 7 end as own_digit
    from ordered_step_5
),

-- How many are there, but for the own event: in the whole node, and in its first children.
ordered_counts_4 as (
    select
        *,
        (sum(step) over line) - case when own_digit is null then 0 else 1 end as n,
        (sum(case when digit <= 0 then step else 0 end) over line) - case when own_digit <= 0 then 1 else 0 end as upto_0,
        (sum(case when digit <= 1 then step else 0 end) over line) - case when own_digit <= 1 then 1 else 0 end as upto_1,
        (sum(case when digit <= 2 then step else 0 end) over line) - case when own_digit <= 2 then 1 else 0 end as upto_2,
        (sum(case when digit <= 3 then step else 0 end) over line) - case when own_digit <= 3 then 1 else 0 end as upto_3,
        (sum(case when digit <= 4 then step else 0 end) over line) - case when own_digit <= 4 then 1 else 0 end as upto_4,
        (sum(case when digit <= 5 then step else 0 end) over line) - case when own_digit <= 5 then 1 else 0 end as upto_5,
        (sum(case when digit <= 6 then step else 0 end) over line) - case when own_digit <= 6 then 1 else 0 end as upto_6
    from ordered_line_4
    window line as (
        partition by key_number, part, node
        order by happens_at, spine_id nulls first, place
        rows between unbounded preceding and current row
    )
),

ordered_places_4 as (
    select
        *,
        coalesce(how_many, n) as how_many_there,
        coalesce(wanted, case question when 0 then 1 when 1 then n when 2 then n - 1 when 3 then 2 end) as place_wanted
    from ordered_counts_4
    where question is not null
),

ordered_step_4 as (
    select
        key_number,
        key_size,
        part,
        in_order,
        happens_at,
        spine_id,
        place,
        step,
        question,
        own_in_order,
        how_many_there as how_many,
        place_wanted - case
            when place_wanted <= upto_0 then 0
            when place_wanted <= upto_1 then upto_0
            when place_wanted <= upto_2 then upto_1
            when place_wanted <= upto_3 then upto_2
            when place_wanted <= upto_4 then upto_3
            when place_wanted <= upto_5 then upto_4
            when place_wanted <= upto_6 then upto_5
            else upto_6
        end as wanted,
        node * 8 + case
            when place_wanted <= upto_0 then 0
            when place_wanted <= upto_1 then 1
            when place_wanted <= upto_2 then 2
            when place_wanted <= upto_3 then 3
            when place_wanted <= upto_4 then 4
            when place_wanted <= upto_5 then 5
            when place_wanted <= upto_6 then 6
            else 7
        end as node
    from ordered_places_4
    where place_wanted between 1 and n
),

-- Digit 3 of the ranks: the first for keys of 512 ranks and more, fewer than 4096.
ordered_line_3 as (
    select
        *,
        cast(null as bigint) as how_many,
        cast(null as bigint) as wanted,
        coalesce((in_order >> 12), 0) as node,
        coalesce((in_order >> 9) & 7, 0) as digit,
        (own_in_order >> 9) & 7 as own_digit
    from ordered_rows
    where key_size >= 512 and (question is null or key_size < 4096)
    union all
    select
        *,
        0 as digit,
        case when (own_in_order >> 12) = node then (own_in_order >> 9) & 7 end as own_digit
    from ordered_step_4
),

-- How many are there, but for the own event: in the whole node, and in its first children.
ordered_counts_3 as (
    select
        *,
        (sum(step) over line) - case when own_digit is null then 0 else 1 end as n,
        (sum(case when digit <= 0 then step else 0 end) over line) - case when own_digit <= 0 then 1 else 0 end as upto_0,
        (sum(case when digit <= 1 then step else 0 end) over line) - case when own_digit <= 1 then 1 else 0 end as upto_1,
        (sum(case when digit <= 2 then step else 0 end) over line) - case when own_digit <= 2 then 1 else 0 end as upto_2,
        (sum(case when digit <= 3 then step else 0 end) over line) - case when own_digit <= 3 then 1 else 0 end as upto_3,
        (sum(case when digit <= 4 then step else 0 end) over line) - case when own_digit <= 4 then 1 else 0 end as upto_4,
        (sum(case when digit <= 5 then step else 0 end) over line) - case when own_digit <= 5 then 1 else 0 end as upto_5,
        (sum(case when digit <= 6 then step else 0 end) over line) - case when own_digit <= 6 then 1 else 0 end as upto_6
    from ordered_line_3
    window line as (
        partition by key_number, part, node
        order by happens_at, spine_id nulls first, place
        rows between unbounded preceding and current row
    )
),

ordered_places_3 as (
    select
        *,
        coalesce(how_many, n) as how_many_there,
        coalesce(wanted, case question when 0 then 1 when 1 then n when 2 then n - 1 when 3 then 2 end) as place_wanted
    from ordered_counts_3
    where question is not null
),

ordered_step_3 as (
    select
        key_number,
        key_size,
        part,
        in_order,
        happens_at,
        spine_id,
        place,
        step,
        question,
        own_in_order,
        how_many_there as how_many,
        place_wanted - case
            when place_wanted <= upto_0 then 0
            when place_wanted <= upto_1 then upto_0
            when place_wanted <= upto_2 then upto_1
            when place_wanted <= upto_3 then upto_2
            when place_wanted <= upto_4 then upto_3
            when place_wanted <= upto_5 then upto_4
            when place_wanted <= upto_6 then upto_5
            else upto_6
        end as wanted,
        node * 8 + case
            when place_wanted <= upto_0 then 0
            when place_wanted <= upto_1 then 1
            when place_wanted <= upto_2 then 2
            when place_wanted <= upto_3 then 3
            when place_wanted <= upto_4 then 4
            when place_wanted <= upto_5 then 5
            when place_wanted <= upto_6 then 6
            else 7
        end as node
    from ordered_places_3
    where place_wanted between 1 and n
),

-- Digit 2 of the ranks: the first for keys of 64 ranks and more, fewer than 512.
ordered_line_2 as (
    select
        *,
        cast(null as bigint) as how_many,
        cast(null as bigint) as wanted,
        coalesce((in_order >> 9), 0) as node,
        coalesce((in_order >> 6) & 7, 0) as digit,
        (own_in_order >> 6) & 7 as own_digit
    from ordered_rows
    where key_size >= 64 and (question is null or key_size < 512)
    union all
    select
        *,
        0 as digit,
        case when (own_in_order >> 9) = node then (own_in_order >> 6) & 7 end as own_digit
    from ordered_step_3
),

-- How many are there, but for the own event: in the whole node, and in its first children.
ordered_counts_2 as (
    select
        *,
        (sum(step) over line) - case when own_digit is null then 0 else 1 end as n,
        (sum(case when digit <= 0 then step else 0 end) over line) - case when own_digit <= 0 then 1 else 0 end as upto_0,
        (sum(case when digit <= 1 then step else 0 end) over line) - case when own_digit <= 1 then 1 else 0 end as upto_1,
        (sum(case when digit <= 2 then step else 0 end) over line) - case when own_digit <= 2 then 1 else 0 end as upto_2,
        (sum(case when digit <= 3 then step else 0 end) over line) - case when own_digit <= 3 then 1 else 0 end as upto_3,
        (sum(case when digit <= 4 then step else 0 end) over line) - case when own_digit <= 4 then 1 else 0 end as upto_4,
        (sum(case when digit <= 5 then step else 0 end) over line) - case when own_digit <= 5 then 1 else 0 end as upto_5,
        (sum(case when digit <= 6 then step else 0 end) over line) - case when own_digit <= 6 then 1 else 0 end as upto_6
    from ordered_line_2
    window line as (
        partition by key_number, part, node
        order by happens_at, spine_id nulls first, place
        rows between unbounded preceding and current row
    )
),

ordered_places_2 as (
    select
        *,
        coalesce(how_many, n) as how_many_there,
        coalesce(wanted, case question when 0 then 1 when 1 then n when 2 then n - 1 when 3 then 2 end) as place_wanted
    from ordered_counts_2
    where question is not null
),

ordered_step_2 as (
    select
        key_number,
        key_size,
        part,
        in_order,
        happens_at,
        spine_id,
        place,
        step,
        question,
        own_in_order,
        how_many_there as how_many,
        place_wanted - case
            when place_wanted <= upto_0 then 0
            when place_wanted <= upto_1 then upto_0
            when place_wanted <= upto_2 then upto_1
            when place_wanted <= upto_3 then upto_2
            when place_wanted <= upto_4 then upto_3
            when place_wanted <= upto_5 then upto_4
            when place_wanted <= upto_6 then upto_5
            else upto_6
        end as wanted,
        node * 8 + case
            when place_wanted <= upto_0 then 0
            when place_wanted <= upto_1 then 1
            when place_wanted <= upto_2 then 2
            when place_wanted <= upto_3 then 3
            when place_wanted <= upto_4 then 4
            when place_wanted <= upto_5 then 5
            when place_wanted <= upto_6 then 6
            else 7
        end as node
    from ordered_places_2
    where place_wanted between 1 and n
),

-- Digit 1 of the ranks: the first for keys of 8 ranks and more, fewer than 64.
ordered_line_1 as (
    select
        *,
        cast(null as bigint) as how_many,
        cast(null as bigint) as wanted,
        coalesce((in_order >> 6), 0) as node,
        coalesce((in_order >> 3) & 7, 0) as digit,
        (own_in_order >> 3) & 7 as own_digit
    from ordered_rows
    where key_size >= 8 and (question is null or key_size < 64)
    union all
    select
        *,
        0 as digit,
        case when (own_in_order >> 6) = node then (own_in_order >> 3) & 7 end as own_digit
    from ordered_step_2
),

-- How many are there, but for the own event: in the whole node, and in its first children.
ordered_counts_1 as (
    select
        *,
        (sum(step) over line) - case when own_digit is null then 0 else 1 end as n,
        (sum(case when digit <= 0 then step else 0 end) over line) - case when own_digit <= 0 then 1 else 0 end as upto_0,
        (sum(case when digit <= 1 then step else 0 end) over line) - case when own_digit <= 1 then 1 else 0 end as upto_1,
        (sum(case when digit <= 2 then step else 0 end) over line) - case when own_digit <= 2 then 1 else 0 end as upto_2,
        (sum(case when digit <= 3 then step else 0 end) over line) - case when own_digit <= 3 then 1 else 0 end as upto_3,
        (sum(case when digit <= 4 then step else 0 end) over line) - case when own_digit <= 4 then 1 else 0 end as upto_4,
        (sum(case when digit <= 5 then step else 0 end) over line) - case when own_digit <= 5 then 1 else 0 end as upto_5,
        (sum(case when digit <= 6 then step else 0 end) over line) - case when own_digit <= 6 then 1 else 0 end as upto_6
    from ordered_line_1
    window line as (
        partition by key_number, part, node
        order by happens_at, spine_id nulls first, place
        rows between unbounded preceding and current row
    )
),

ordered_places_1 as (
    select
        *,
        coalesce(how_many, n) as how_many_there,
        coalesce(wanted, case question when 0 then 1 when 1 then n when 2 then n - 1 when 3 then 2 end) as place_wanted
    from ordered_counts_1
    where question is not null
),

ordered_step_1 as (
    select
        key_number,
        key_size,
        part,
        in_order,
        happens_at,
        spine_id,
        place,
        step,
        question,
        own_in_order,
        how_many_there as how_many,
        place_wanted - case
            when place_wanted <= upto_0 then 0
            when place_wanted <= upto_1 then upto_0
            when place_wanted <= upto_2 then upto_1
            when place_wanted <= upto_3 then upto_2
            when place_wanted <= upto_4 then upto_3
            when place_wanted <= upto_5 then upto_4
            when place_wanted <= upto_6 then upto_5
            else upto_6
        end as wanted,
        node * 8 + case
            when place_wanted <= upto_0 then 0
            when place_wanted <= upto_1 then 1
            when place_wanted <= upto_2 then 2
            when place_wanted <= upto_3 then 3
            when place_wanted <= upto_4 then 4
            when place_wanted <= upto_5 then 5
            when place_wanted <= upto_6 then 6
            else 7
        end as node
    from ordered_places_1
    where place_wanted between 1 and n
),

-- Digit 0 of the ranks: the first for keys of 1 ranks and more, fewer than 8.
ordered_line_0 as (
    select
        *,
        cast(null as bigint) as how_many,
        cast(null as bigint) as wanted,
        coalesce((in_order >> 3), 0) as node,
        coalesce(in_order & 7, 0) as digit,
        own_in_order & 7 as own_digit
    from ordered_rows
    where key_size >= 0 and (question is null or key_size < 8)
    union all
    select
        *,
        0 as digit,
        case when (own_in_order >> 3) = node then own_in_order & 7 end as own_digit
    from ordered_step_1
),

-- How many are there, but for the own event: in the whole node, and in its first children.
ordered_counts_0 as (
    select
        *,
        (sum(step) over line) - case when own_digit is null then 0 else 1 end as n,
        (sum(case when digit <= 0 then step else 0 end) over line) - case when own_digit <= 0 then 1 else 0 end as upto_0,
        (sum(case when digit <= 1 then step else 0 end) over line) - case when own_digit <= 1 then 1 else 0 end as upto_1,
        (sum(case when digit <= 2 then step else 0 end) over line) - case when own_digit <= 2 then 1 else 0 end as upto_2,
        (sum(case when digit <= 3 then step else 0 end) over line) - case when own_digit <= 3 then 1 else 0 end as upto_3,
        (sum(case when digit <= 4 then step else 0 end) over line) - case when own_digit <= 4 then 1 else 0 end as upto_4,
        (sum(case when digit <= 5 then step else 0 end) over line) - case when own_digit <= 5 then 1 else 0 end as upto_5,
        (sum(case when digit <= 6 then step else 0 end) over line) - case when own_digit <= 6 then 1 else 0 end as upto_6
    from ordered_line_0
    window line as (
        partition by key_number, part, node
        order by happens_at, spine_id nulls first, place
        rows between unbounded preceding and current row
    )
),

ordered_places_0 as (
    select
        *,
        coalesce(how_many, n) as how_many_there,
        coalesce(wanted, case question when 0 then 1 when 1 then n when 2 then n - 1 when 3 then 2 end) as place_wanted
    from ordered_counts_0
    where question is not null
),

ordered_step_0 as (
    select
        key_number,
        key_size,
        part,
        in_order,
        happens_at,
        spine_id,
        place,
        step,
        question,
        own_in_order,
        how_many_there as how_many,
        place_wanted - case
            when place_wanted <= upto_0 then 0
            when place_wanted <= upto_1 then upto_0
            when place_wanted <= upto_2 then upto_1
            when place_wanted <= upto_3 then upto_2
            when place_wanted <= upto_4 then upto_3
            when place_wanted <= upto_5 then upto_4
            when place_wanted <= upto_6 then upto_5
            else upto_6
        end as wanted,
        node * 8 + case
            when place_wanted <= upto_0 then 0
            when place_wanted <= upto_1 then 1
            when place_wanted <= upto_2 then 2
            when place_wanted <= upto_3 then 3
            when place_wanted <= upto_4 then 4
            when place_wanted <= upto_5 then 5
            when place_wanted <= upto_6 then 6
            else 7
        end as node
    from ordered_places_0
    where place_wanted between 1 and n
),

chargeback_id_frequent_lifetime_things as (
    select distinct
        merchant_id,
        in_order as in_order,
        chargeback_id_frequent_lifetime_value as value
    from chargeback_id_frequent_lifetime_ranked
),

-- The answers of a spine row.
ordered as (
    select
        found.spine_id,
        max(case when found.part = 0 then found.how_many end) as chargeback_id_events_30d_n,
        (array_agg(event_things.chargeback_id_events_30d_value) filter (where found.part = 0 and found.question = 0))[1] as chargeback_id_events_30d_0,
        max(case when found.part = 1 then found.how_many end) as chargeback_id_events_7d_delayed_1h_n,
        array_agg(event_things.chargeback_id_events_7d_delayed_1h_value order by found.question) filter (where found.part = 1 and found.question in (1, 2)) as chargeback_id_events_7d_delayed_1h_last_2,
        max(case when found.part = 2 then found.how_many end) as chargeback_id_frequent_lifetime_n,
        array_agg(chargeback_id_frequent_lifetime_things.value order by found.question) filter (where found.part = 2 and found.question in (0, 3)) as chargeback_id_frequent_lifetime_first_2
    from ordered_step_0 as found
    inner join key_sizes
        on found.key_number = key_sizes.key_number
    left join events as event_things
        on
            found.part in (0, 1)
            and key_sizes.merchant_id = event_things.merchant_id
            and found.node = event_things.event_rank
    left join chargeback_id_frequent_lifetime_things
        on
            found.part in (2)
            and key_sizes.merchant_id = chargeback_id_frequent_lifetime_things.merchant_id
            and found.node = chargeback_id_frequent_lifetime_things.in_order
    group by found.spine_id
),

features as (
    select
        seen.spine_id,
        seen.as_of,
        seen.merchant_id,
        ordered.chargeback_id_events_30d_0 as o_chargeback_first_30d,
        cast(ordered.chargeback_id_events_7d_delayed_1h_last_2 as text[]) as o_chargeback_last_2_7d_delayed_1h,
        cast(ordered.chargeback_id_frequent_lifetime_first_2 as text[]) as o_chargeback_top_2_lifetime
    from seen
    left join ordered
        on seen.spine_id = ordered.spine_id
)

select
    features.*,
    cast('884a5566a54421605985c0192578189c' as text) as table_version,
    cast(0 as bigint) as table_epoch
from features
