-- truepoint: feature view probe_ordered_chargeback, version 6d799a8a27ea953c1d90c4b3395d2c92
-- truepoint-build: all rows
-- One row per row of the spine: probe_ordered_chargeback as of its as-of time.
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
    select * from truepoint_features.stg_chargebacks
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
        chargeback_id as chargeback_id_frequent_lifetime_value,
        row_number() over (
            partition by merchant_id
            order by occurred_at, known_at, chargeback_id
        ) as event_rank
    from source_events
    where
        occurred_at >= timestamp '1900-01-01 00:00:00+00:00'
        and occurred_at < timestamp '2150-01-01 00:00:00+00:00'
        and known_at >= timestamp '1900-01-01 00:00:00+00:00'
        and known_at < timestamp '2150-01-01 00:00:00+00:00'
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

-- Where an event that holds a value comes and goes.
chargeback_id_frequent_lifetime_steps as (
    select
        events.merchant_id,
        events.chargeback_id_frequent_lifetime_value,
        step.happens_at,
        cast(null as string) as spine_id,
        0 as place,
        step.events_seen
    from events
    lateral view stack(
        1,
        greatest(events.event_time, events.known_at), 1
    ) step as happens_at, events_seen
    where events.chargeback_id_frequent_lifetime_value is not null
),

-- How many come, less how many go, at each moment.
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

-- How often each value is seen, from each moment on.
chargeback_id_frequent_lifetime_counts as (
    select
        *,
        sum(events_seen) over (
            partition by merchant_id, chargeback_id_frequent_lifetime_value
            order by unix_micros(happens_at), spine_id nulls first, place
            rows between unbounded preceding and current row
        ) as how_often
    from chargeback_id_frequent_lifetime_moments
    where events_seen <> 0
),

-- Pairs of a value and how often it is seen: where one comes (1), and the one before it goes (-1).
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
    lateral view stack(
        2,
        counts.how_often - counts.events_seen, -1,
        counts.how_often, 1
    ) pair as how_often, step
    where pair.how_often > 0
),

-- The rank of each pair: the most frequent first, of equally frequent ones the lesser value.
chargeback_id_frequent_lifetime_ranked as (
    select
        *,
        dense_rank() over (partition by merchant_id order by how_often desc, chargeback_id_frequent_lifetime_value asc) as in_order
    from chargeback_id_frequent_lifetime_pairs
),

-- What comes into an order (step 1) and leaves it (-1), and what each spine row asks (0).
-- Parts: 0 chargeback_id_events_30d, 1 chargeback_id_events_7d_delayed_1h, 2 chargeback_id_frequent_lifetime.
-- Questions, by their place: 0 1, 1 n, 2 n - 1, 3 2; n is how many it sees.
ordered_rows as (
    select
        events.merchant_id,
        change.part,
        change.in_order,
        change.happens_at,
        cast(null as string) as spine_id,
        0 as place,
        change.step,
        cast(null as int) as question,
        cast(null as bigint) as own_in_order
    from events
    lateral view stack(
        4,
        0, cast(events.event_rank as bigint), greatest(events.event_time, events.known_at), 1,
        0, cast(events.event_rank as bigint), greatest(timestamp_micros(unix_micros(events.event_time) + 2592000000000 /* 30d */), events.known_at), -1,
        1, cast(events.event_rank as bigint), greatest(timestamp_micros(unix_micros(events.event_time) + 3600000000 /* 1h */), events.known_at), 1,
        1, cast(events.event_rank as bigint), greatest(timestamp_micros(unix_micros(events.event_time) + 608400000000 /* 169h */), events.known_at), -1
    ) change as part, in_order, happens_at, step
    where change.in_order is not null
    union all
    select
        ranked.merchant_id,
        2 as part,
        cast(ranked.in_order as bigint) as in_order,
        ranked.happens_at,
        ranked.spine_id,
        ranked.place,
        ranked.step,
        cast(null as int) as question,
        cast(null as bigint) as own_in_order
    from chargeback_id_frequent_lifetime_ranked as ranked
    union all
    select
        spine.merchant_id,
        asked.part,
        cast(null as bigint) as in_order,
        spine.happens_at,
        spine.spine_id,
        2 as place,
        0 as step,
        asked.question,
        asked.own_in_order
    from spine
    lateral view stack(
        5,
        0, 0, cast(null as bigint),
        1, 1, cast(null as bigint),
        1, 2, cast(null as bigint),
        2, 0, cast(null as bigint),
        2, 3, cast(null as bigint)
    ) asked as part, question, own_in_order
),

-- The value that each rank stands for.
chargeback_id_frequent_lifetime_things as (
    select distinct
        merchant_id,
        in_order as in_order,
        chargeback_id_frequent_lifetime_value as value
    from chargeback_id_frequent_lifetime_ranked
),

-- All questions walk down a tree over the ranks of their key, a digit of 4 bits at each of 6 steps, which are alike but for the digit. In a
-- node, running counts along the line of time say how many of the things that are there lie in its first child, its first
-- two, …: so a question finds the child that its place is in, and which place it wants there. Changes (no question) go along.
digit_5 as (
    select
        merchant_id,
        part,
        in_order,
        happens_at,
        spine_id,
        place,
        step,
        question,
        own_in_order,
        number_there as how_many,
        place_there - case
            when place_there <= upto_0 then 0
            when place_there <= upto_1 then upto_0
            when place_there <= upto_2 then upto_1
            when place_there <= upto_3 then upto_2
            when place_there <= upto_4 then upto_3
            when place_there <= upto_5 then upto_4
            when place_there <= upto_6 then upto_5
            when place_there <= upto_7 then upto_6
            when place_there <= upto_8 then upto_7
            when place_there <= upto_9 then upto_8
            when place_there <= upto_10 then upto_9
            when place_there <= upto_11 then upto_10
            when place_there <= upto_12 then upto_11
            when place_there <= upto_13 then upto_12
            when place_there <= upto_14 then upto_13
            else upto_14
        end as place_wanted,
        node * 16 + case
            when place_there <= upto_0 then 0
            when place_there <= upto_1 then 1
            when place_there <= upto_2 then 2
            when place_there <= upto_3 then 3
            when place_there <= upto_4 then 4
            when place_there <= upto_5 then 5
            when place_there <= upto_6 then 6
            when place_there <= upto_7 then 7
            when place_there <= upto_8 then 8
            when place_there <= upto_9 then 9
            when place_there <= upto_10 then 10
            when place_there <= upto_11 then 11
            when place_there <= upto_12 then 12
            when place_there <= upto_13 then 13
            when place_there <= upto_14 then 14
            else 15
        end as node
    from (
        -- How many there are in all says which place a question asks for.
        select
            *,
            coalesce(how_many, n) as number_there,
            coalesce(place_wanted, cast(case question when 0 then 1 when 1 then n when 2 then n - 1 when 3 then 2 end as bigint)) as place_there
        from (
            -- How many are there, but for the own event: in the whole node (n), and in its first children (upto_0, …).
            select
                *,
                (sum(step) over line) - case when own_digit is null then 0 else 1 end as n,
                (sum(case when digit <= 0 then step else 0 end) over line) - case when own_digit <= 0 then 1 else 0 end as upto_0,
                (sum(case when digit <= 1 then step else 0 end) over line) - case when own_digit <= 1 then 1 else 0 end as upto_1,
                (sum(case when digit <= 2 then step else 0 end) over line) - case when own_digit <= 2 then 1 else 0 end as upto_2,
                (sum(case when digit <= 3 then step else 0 end) over line) - case when own_digit <= 3 then 1 else 0 end as upto_3,
                (sum(case when digit <= 4 then step else 0 end) over line) - case when own_digit <= 4 then 1 else 0 end as upto_4,
                (sum(case when digit <= 5 then step else 0 end) over line) - case when own_digit <= 5 then 1 else 0 end as upto_5,
                (sum(case when digit <= 6 then step else 0 end) over line) - case when own_digit <= 6 then 1 else 0 end as upto_6,
                (sum(case when digit <= 7 then step else 0 end) over line) - case when own_digit <= 7 then 1 else 0 end as upto_7,
                (sum(case when digit <= 8 then step else 0 end) over line) - case when own_digit <= 8 then 1 else 0 end as upto_8,
                (sum(case when digit <= 9 then step else 0 end) over line) - case when own_digit <= 9 then 1 else 0 end as upto_9,
                (sum(case when digit <= 10 then step else 0 end) over line) - case when own_digit <= 10 then 1 else 0 end as upto_10,
                (sum(case when digit <= 11 then step else 0 end) over line) - case when own_digit <= 11 then 1 else 0 end as upto_11,
                (sum(case when digit <= 12 then step else 0 end) over line) - case when own_digit <= 12 then 1 else 0 end as upto_12,
                (sum(case when digit <= 13 then step else 0 end) over line) - case when own_digit <= 13 then 1 else 0 end as upto_13,
                (sum(case when digit <= 14 then step else 0 end) over line) - case when own_digit <= 14 then 1 else 0 end as upto_14
            from (
                select
                    merchant_id,
                    part,
                    in_order,
                    happens_at,
                    spine_id,
                    place,
                    step,
                    question,
                    own_in_order,
                    cast(null as bigint) as how_many,
                    cast(null as bigint) as place_wanted,
                    coalesce(case when in_order >= 16777216 then cast(raise_error(concat('a key has more ranks than 16777216: ', in_order)) as bigint)
                        else shiftright(in_order, 24) end, 0) as node,
                    coalesce(shiftright(in_order, 20) & 15, 0) as digit,
                    shiftright(own_in_order, 20) & 15 as own_digit
                from ordered_rows
            ) as line_rows
            window line as (
                partition by merchant_id, part, node
                order by unix_micros(happens_at), spine_id nulls first, place
                rows between unbounded preceding and current row
            )
        ) as counted
    ) as asked
    where
        place_there between 1 and n
        or question is null
),

-- The same for the next digit.
digit_4 as (
    select
        merchant_id,
        part,
        in_order,
        happens_at,
        spine_id,
        place,
        step,
        question,
        own_in_order,
        number_there as how_many,
        place_there - case
            when place_there <= upto_0 then 0
            when place_there <= upto_1 then upto_0
            when place_there <= upto_2 then upto_1
            when place_there <= upto_3 then upto_2
            when place_there <= upto_4 then upto_3
            when place_there <= upto_5 then upto_4
            when place_there <= upto_6 then upto_5
            when place_there <= upto_7 then upto_6
            when place_there <= upto_8 then upto_7
            when place_there <= upto_9 then upto_8
            when place_there <= upto_10 then upto_9
            when place_there <= upto_11 then upto_10
            when place_there <= upto_12 then upto_11
            when place_there <= upto_13 then upto_12
            when place_there <= upto_14 then upto_13
            else upto_14
        end as place_wanted,
        node * 16 + case
            when place_there <= upto_0 then 0
            when place_there <= upto_1 then 1
            when place_there <= upto_2 then 2
            when place_there <= upto_3 then 3
            when place_there <= upto_4 then 4
            when place_there <= upto_5 then 5
            when place_there <= upto_6 then 6
            when place_there <= upto_7 then 7
            when place_there <= upto_8 then 8
            when place_there <= upto_9 then 9
            when place_there <= upto_10 then 10
            when place_there <= upto_11 then 11
            when place_there <= upto_12 then 12
            when place_there <= upto_13 then 13
            when place_there <= upto_14 then 14
            else 15
        end as node
    from (
        -- How many there are in all says which place a question asks for.
        select
            *,
            coalesce(how_many, n) as number_there,
            coalesce(place_wanted, cast(case question when 0 then 1 when 1 then n when 2 then n - 1 when 3 then 2 end as bigint)) as place_there
        from (
            -- How many are there, but for the own event: in the whole node (n), and in its first children (upto_0, …).
            select
                *,
                (sum(step) over line) - case when own_digit is null then 0 else 1 end as n,
                (sum(case when digit <= 0 then step else 0 end) over line) - case when own_digit <= 0 then 1 else 0 end as upto_0,
                (sum(case when digit <= 1 then step else 0 end) over line) - case when own_digit <= 1 then 1 else 0 end as upto_1,
                (sum(case when digit <= 2 then step else 0 end) over line) - case when own_digit <= 2 then 1 else 0 end as upto_2,
                (sum(case when digit <= 3 then step else 0 end) over line) - case when own_digit <= 3 then 1 else 0 end as upto_3,
                (sum(case when digit <= 4 then step else 0 end) over line) - case when own_digit <= 4 then 1 else 0 end as upto_4,
                (sum(case when digit <= 5 then step else 0 end) over line) - case when own_digit <= 5 then 1 else 0 end as upto_5,
                (sum(case when digit <= 6 then step else 0 end) over line) - case when own_digit <= 6 then 1 else 0 end as upto_6,
                (sum(case when digit <= 7 then step else 0 end) over line) - case when own_digit <= 7 then 1 else 0 end as upto_7,
                (sum(case when digit <= 8 then step else 0 end) over line) - case when own_digit <= 8 then 1 else 0 end as upto_8,
                (sum(case when digit <= 9 then step else 0 end) over line) - case when own_digit <= 9 then 1 else 0 end as upto_9,
                (sum(case when digit <= 10 then step else 0 end) over line) - case when own_digit <= 10 then 1 else 0 end as upto_10,
                (sum(case when digit <= 11 then step else 0 end) over line) - case when own_digit <= 11 then 1 else 0 end as upto_11,
                (sum(case when digit <= 12 then step else 0 end) over line) - case when own_digit <= 12 then 1 else 0 end as upto_12,
                (sum(case when digit <= 13 then step else 0 end) over line) - case when own_digit <= 13 then 1 else 0 end as upto_13,
                (sum(case when digit <= 14 then step else 0 end) over line) - case when own_digit <= 14 then 1 else 0 end as upto_14
            from (
                select
                    merchant_id,
                    part,
                    in_order,
                    happens_at,
                    spine_id,
                    place,
                    step,
                    question,
                    own_in_order,
                    how_many,
                    place_wanted,
                    coalesce(shiftright(in_order, 20), node) as node,
                    coalesce(shiftright(in_order, 16) & 15, 0) as digit,
                    case when shiftright(own_in_order, 20) = node then shiftright(own_in_order, 16) & 15 end as own_digit
                from digit_5
            ) as line_rows
            window line as (
                partition by merchant_id, part, node
                order by unix_micros(happens_at), spine_id nulls first, place
                rows between unbounded preceding and current row
            )
        ) as counted
    ) as asked
    where
        place_there between 1 and n
        or question is null
),

-- The same for the next digit.
digit_3 as (
    select
        merchant_id,
        part,
        in_order,
        happens_at,
        spine_id,
        place,
        step,
        question,
        own_in_order,
        number_there as how_many,
        place_there - case
            when place_there <= upto_0 then 0
            when place_there <= upto_1 then upto_0
            when place_there <= upto_2 then upto_1
            when place_there <= upto_3 then upto_2
            when place_there <= upto_4 then upto_3
            when place_there <= upto_5 then upto_4
            when place_there <= upto_6 then upto_5
            when place_there <= upto_7 then upto_6
            when place_there <= upto_8 then upto_7
            when place_there <= upto_9 then upto_8
            when place_there <= upto_10 then upto_9
            when place_there <= upto_11 then upto_10
            when place_there <= upto_12 then upto_11
            when place_there <= upto_13 then upto_12
            when place_there <= upto_14 then upto_13
            else upto_14
        end as place_wanted,
        node * 16 + case
            when place_there <= upto_0 then 0
            when place_there <= upto_1 then 1
            when place_there <= upto_2 then 2
            when place_there <= upto_3 then 3
            when place_there <= upto_4 then 4
            when place_there <= upto_5 then 5
            when place_there <= upto_6 then 6
            when place_there <= upto_7 then 7
            when place_there <= upto_8 then 8
            when place_there <= upto_9 then 9
            when place_there <= upto_10 then 10
            when place_there <= upto_11 then 11
            when place_there <= upto_12 then 12
            when place_there <= upto_13 then 13
            when place_there <= upto_14 then 14
            else 15
        end as node
    from (
        -- How many there are in all says which place a question asks for.
        select
            *,
            coalesce(how_many, n) as number_there,
            coalesce(place_wanted, cast(case question when 0 then 1 when 1 then n when 2 then n - 1 when 3 then 2 end as bigint)) as place_there
        from (
            -- How many are there, but for the own event: in the whole node (n), and in its first children (upto_0, …).
            select
                *,
                (sum(step) over line) - case when own_digit is null then 0 else 1 end as n,
                (sum(case when digit <= 0 then step else 0 end) over line) - case when own_digit <= 0 then 1 else 0 end as upto_0,
                (sum(case when digit <= 1 then step else 0 end) over line) - case when own_digit <= 1 then 1 else 0 end as upto_1,
                (sum(case when digit <= 2 then step else 0 end) over line) - case when own_digit <= 2 then 1 else 0 end as upto_2,
                (sum(case when digit <= 3 then step else 0 end) over line) - case when own_digit <= 3 then 1 else 0 end as upto_3,
                (sum(case when digit <= 4 then step else 0 end) over line) - case when own_digit <= 4 then 1 else 0 end as upto_4,
                (sum(case when digit <= 5 then step else 0 end) over line) - case when own_digit <= 5 then 1 else 0 end as upto_5,
                (sum(case when digit <= 6 then step else 0 end) over line) - case when own_digit <= 6 then 1 else 0 end as upto_6,
                (sum(case when digit <= 7 then step else 0 end) over line) - case when own_digit <= 7 then 1 else 0 end as upto_7,
                (sum(case when digit <= 8 then step else 0 end) over line) - case when own_digit <= 8 then 1 else 0 end as upto_8,
                (sum(case when digit <= 9 then step else 0 end) over line) - case when own_digit <= 9 then 1 else 0 end as upto_9,
                (sum(case when digit <= 10 then step else 0 end) over line) - case when own_digit <= 10 then 1 else 0 end as upto_10,
                (sum(case when digit <= 11 then step else 0 end) over line) - case when own_digit <= 11 then 1 else 0 end as upto_11,
                (sum(case when digit <= 12 then step else 0 end) over line) - case when own_digit <= 12 then 1 else 0 end as upto_12,
                (sum(case when digit <= 13 then step else 0 end) over line) - case when own_digit <= 13 then 1 else 0 end as upto_13,
                (sum(case when digit <= 14 then step else 0 end) over line) - case when own_digit <= 14 then 1 else 0 end as upto_14
            from (
                select
                    merchant_id,
                    part,
                    in_order,
                    happens_at,
                    spine_id,
                    place,
                    step,
                    question,
                    own_in_order,
                    how_many,
                    place_wanted,
                    coalesce(shiftright(in_order, 16), node) as node,
                    coalesce(shiftright(in_order, 12) & 15, 0) as digit,
                    case when shiftright(own_in_order, 16) = node then shiftright(own_in_order, 12) & 15 end as own_digit
                from digit_4
            ) as line_rows
            window line as (
                partition by merchant_id, part, node
                order by unix_micros(happens_at), spine_id nulls first, place
                rows between unbounded preceding and current row
            )
        ) as counted
    ) as asked
    where
        place_there between 1 and n
        or question is null
),

-- The same for the next digit.
digit_2 as (
    select
        merchant_id,
        part,
        in_order,
        happens_at,
        spine_id,
        place,
        step,
        question,
        own_in_order,
        number_there as how_many,
        place_there - case
            when place_there <= upto_0 then 0
            when place_there <= upto_1 then upto_0
            when place_there <= upto_2 then upto_1
            when place_there <= upto_3 then upto_2
            when place_there <= upto_4 then upto_3
            when place_there <= upto_5 then upto_4
            when place_there <= upto_6 then upto_5
            when place_there <= upto_7 then upto_6
            when place_there <= upto_8 then upto_7
            when place_there <= upto_9 then upto_8
            when place_there <= upto_10 then upto_9
            when place_there <= upto_11 then upto_10
            when place_there <= upto_12 then upto_11
            when place_there <= upto_13 then upto_12
            when place_there <= upto_14 then upto_13
            else upto_14
        end as place_wanted,
        node * 16 + case
            when place_there <= upto_0 then 0
            when place_there <= upto_1 then 1
            when place_there <= upto_2 then 2
            when place_there <= upto_3 then 3
            when place_there <= upto_4 then 4
            when place_there <= upto_5 then 5
            when place_there <= upto_6 then 6
            when place_there <= upto_7 then 7
            when place_there <= upto_8 then 8
            when place_there <= upto_9 then 9
            when place_there <= upto_10 then 10
            when place_there <= upto_11 then 11
            when place_there <= upto_12 then 12
            when place_there <= upto_13 then 13
            when place_there <= upto_14 then 14
            else 15
        end as node
    from (
        -- How many there are in all says which place a question asks for.
        select
            *,
            coalesce(how_many, n) as number_there,
            coalesce(place_wanted, cast(case question when 0 then 1 when 1 then n when 2 then n - 1 when 3 then 2 end as bigint)) as place_there
        from (
            -- How many are there, but for the own event: in the whole node (n), and in its first children (upto_0, …).
            select
                *,
                (sum(step) over line) - case when own_digit is null then 0 else 1 end as n,
                (sum(case when digit <= 0 then step else 0 end) over line) - case when own_digit <= 0 then 1 else 0 end as upto_0,
                (sum(case when digit <= 1 then step else 0 end) over line) - case when own_digit <= 1 then 1 else 0 end as upto_1,
                (sum(case when digit <= 2 then step else 0 end) over line) - case when own_digit <= 2 then 1 else 0 end as upto_2,
                (sum(case when digit <= 3 then step else 0 end) over line) - case when own_digit <= 3 then 1 else 0 end as upto_3,
                (sum(case when digit <= 4 then step else 0 end) over line) - case when own_digit <= 4 then 1 else 0 end as upto_4,
                (sum(case when digit <= 5 then step else 0 end) over line) - case when own_digit <= 5 then 1 else 0 end as upto_5,
                (sum(case when digit <= 6 then step else 0 end) over line) - case when own_digit <= 6 then 1 else 0 end as upto_6,
                (sum(case when digit <= 7 then step else 0 end) over line) - case when own_digit <= 7 then 1 else 0 end as upto_7,
                (sum(case when digit <= 8 then step else 0 end) over line) - case when own_digit <= 8 then 1 else 0 end as upto_8,
                (sum(case when digit <= 9 then step else 0 end) over line) - case when own_digit <= 9 then 1 else 0 end as upto_9,
                (sum(case when digit <= 10 then step else 0 end) over line) - case when own_digit <= 10 then 1 else 0 end as upto_10,
                (sum(case when digit <= 11 then step else 0 end) over line) - case when own_digit <= 11 then 1 else 0 end as upto_11,
                (sum(case when digit <= 12 then step else 0 end) over line) - case when own_digit <= 12 then 1 else 0 end as upto_12,
                (sum(case when digit <= 13 then step else 0 end) over line) - case when own_digit <= 13 then 1 else 0 end as upto_13,
                (sum(case when digit <= 14 then step else 0 end) over line) - case when own_digit <= 14 then 1 else 0 end as upto_14
            from (
                select
                    merchant_id,
                    part,
                    in_order,
                    happens_at,
                    spine_id,
                    place,
                    step,
                    question,
                    own_in_order,
                    how_many,
                    place_wanted,
                    coalesce(shiftright(in_order, 12), node) as node,
                    coalesce(shiftright(in_order, 8) & 15, 0) as digit,
                    case when shiftright(own_in_order, 12) = node then shiftright(own_in_order, 8) & 15 end as own_digit
                from digit_3
            ) as line_rows
            window line as (
                partition by merchant_id, part, node
                order by unix_micros(happens_at), spine_id nulls first, place
                rows between unbounded preceding and current row
            )
        ) as counted
    ) as asked
    where
        place_there between 1 and n
        or question is null
),

-- The same for the next digit.
digit_1 as (
    select
        merchant_id,
        part,
        in_order,
        happens_at,
        spine_id,
        place,
        step,
        question,
        own_in_order,
        number_there as how_many,
        place_there - case
            when place_there <= upto_0 then 0
            when place_there <= upto_1 then upto_0
            when place_there <= upto_2 then upto_1
            when place_there <= upto_3 then upto_2
            when place_there <= upto_4 then upto_3
            when place_there <= upto_5 then upto_4
            when place_there <= upto_6 then upto_5
            when place_there <= upto_7 then upto_6
            when place_there <= upto_8 then upto_7
            when place_there <= upto_9 then upto_8
            when place_there <= upto_10 then upto_9
            when place_there <= upto_11 then upto_10
            when place_there <= upto_12 then upto_11
            when place_there <= upto_13 then upto_12
            when place_there <= upto_14 then upto_13
            else upto_14
        end as place_wanted,
        node * 16 + case
            when place_there <= upto_0 then 0
            when place_there <= upto_1 then 1
            when place_there <= upto_2 then 2
            when place_there <= upto_3 then 3
            when place_there <= upto_4 then 4
            when place_there <= upto_5 then 5
            when place_there <= upto_6 then 6
            when place_there <= upto_7 then 7
            when place_there <= upto_8 then 8
            when place_there <= upto_9 then 9
            when place_there <= upto_10 then 10
            when place_there <= upto_11 then 11
            when place_there <= upto_12 then 12
            when place_there <= upto_13 then 13
            when place_there <= upto_14 then 14
            else 15
        end as node
    from (
        -- How many there are in all says which place a question asks for.
        select
            *,
            coalesce(how_many, n) as number_there,
            coalesce(place_wanted, cast(case question when 0 then 1 when 1 then n when 2 then n - 1 when 3 then 2 end as bigint)) as place_there
        from (
            -- How many are there, but for the own event: in the whole node (n), and in its first children (upto_0, …).
            select
                *,
                (sum(step) over line) - case when own_digit is null then 0 else 1 end as n,
                (sum(case when digit <= 0 then step else 0 end) over line) - case when own_digit <= 0 then 1 else 0 end as upto_0,
                (sum(case when digit <= 1 then step else 0 end) over line) - case when own_digit <= 1 then 1 else 0 end as upto_1,
                (sum(case when digit <= 2 then step else 0 end) over line) - case when own_digit <= 2 then 1 else 0 end as upto_2,
                (sum(case when digit <= 3 then step else 0 end) over line) - case when own_digit <= 3 then 1 else 0 end as upto_3,
                (sum(case when digit <= 4 then step else 0 end) over line) - case when own_digit <= 4 then 1 else 0 end as upto_4,
                (sum(case when digit <= 5 then step else 0 end) over line) - case when own_digit <= 5 then 1 else 0 end as upto_5,
                (sum(case when digit <= 6 then step else 0 end) over line) - case when own_digit <= 6 then 1 else 0 end as upto_6,
                (sum(case when digit <= 7 then step else 0 end) over line) - case when own_digit <= 7 then 1 else 0 end as upto_7,
                (sum(case when digit <= 8 then step else 0 end) over line) - case when own_digit <= 8 then 1 else 0 end as upto_8,
                (sum(case when digit <= 9 then step else 0 end) over line) - case when own_digit <= 9 then 1 else 0 end as upto_9,
                (sum(case when digit <= 10 then step else 0 end) over line) - case when own_digit <= 10 then 1 else 0 end as upto_10,
                (sum(case when digit <= 11 then step else 0 end) over line) - case when own_digit <= 11 then 1 else 0 end as upto_11,
                (sum(case when digit <= 12 then step else 0 end) over line) - case when own_digit <= 12 then 1 else 0 end as upto_12,
                (sum(case when digit <= 13 then step else 0 end) over line) - case when own_digit <= 13 then 1 else 0 end as upto_13,
                (sum(case when digit <= 14 then step else 0 end) over line) - case when own_digit <= 14 then 1 else 0 end as upto_14
            from (
                select
                    merchant_id,
                    part,
                    in_order,
                    happens_at,
                    spine_id,
                    place,
                    step,
                    question,
                    own_in_order,
                    how_many,
                    place_wanted,
                    coalesce(shiftright(in_order, 8), node) as node,
                    coalesce(shiftright(in_order, 4) & 15, 0) as digit,
                    case when shiftright(own_in_order, 8) = node then shiftright(own_in_order, 4) & 15 end as own_digit
                from digit_2
            ) as line_rows
            window line as (
                partition by merchant_id, part, node
                order by unix_micros(happens_at), spine_id nulls first, place
                rows between unbounded preceding and current row
            )
        ) as counted
    ) as asked
    where
        place_there between 1 and n
        or question is null
),

-- The same for the next digit, the last: node is now the rank.
found as (
    select
        merchant_id,
        part,
        in_order,
        happens_at,
        spine_id,
        place,
        step,
        question,
        own_in_order,
        number_there as how_many,
        place_there - case
            when place_there <= upto_0 then 0
            when place_there <= upto_1 then upto_0
            when place_there <= upto_2 then upto_1
            when place_there <= upto_3 then upto_2
            when place_there <= upto_4 then upto_3
            when place_there <= upto_5 then upto_4
            when place_there <= upto_6 then upto_5
            when place_there <= upto_7 then upto_6
            when place_there <= upto_8 then upto_7
            when place_there <= upto_9 then upto_8
            when place_there <= upto_10 then upto_9
            when place_there <= upto_11 then upto_10
            when place_there <= upto_12 then upto_11
            when place_there <= upto_13 then upto_12
            when place_there <= upto_14 then upto_13
            else upto_14
        end as place_wanted,
        node * 16 + case
            when place_there <= upto_0 then 0
            when place_there <= upto_1 then 1
            when place_there <= upto_2 then 2
            when place_there <= upto_3 then 3
            when place_there <= upto_4 then 4
            when place_there <= upto_5 then 5
            when place_there <= upto_6 then 6
            when place_there <= upto_7 then 7
            when place_there <= upto_8 then 8
            when place_there <= upto_9 then 9
            when place_there <= upto_10 then 10
            when place_there <= upto_11 then 11
            when place_there <= upto_12 then 12
            when place_there <= upto_13 then 13
            when place_there <= upto_14 then 14
            else 15
        end as node
    from (
        -- How many there are in all says which place a question asks for.
        select
            *,
            coalesce(how_many, n) as number_there,
            coalesce(place_wanted, cast(case question when 0 then 1 when 1 then n when 2 then n - 1 when 3 then 2 end as bigint)) as place_there
        from (
            -- How many are there, but for the own event: in the whole node (n), and in its first children (upto_0, …).
            select
                *,
                (sum(step) over line) - case when own_digit is null then 0 else 1 end as n,
                (sum(case when digit <= 0 then step else 0 end) over line) - case when own_digit <= 0 then 1 else 0 end as upto_0,
                (sum(case when digit <= 1 then step else 0 end) over line) - case when own_digit <= 1 then 1 else 0 end as upto_1,
                (sum(case when digit <= 2 then step else 0 end) over line) - case when own_digit <= 2 then 1 else 0 end as upto_2,
                (sum(case when digit <= 3 then step else 0 end) over line) - case when own_digit <= 3 then 1 else 0 end as upto_3,
                (sum(case when digit <= 4 then step else 0 end) over line) - case when own_digit <= 4 then 1 else 0 end as upto_4,
                (sum(case when digit <= 5 then step else 0 end) over line) - case when own_digit <= 5 then 1 else 0 end as upto_5,
                (sum(case when digit <= 6 then step else 0 end) over line) - case when own_digit <= 6 then 1 else 0 end as upto_6,
                (sum(case when digit <= 7 then step else 0 end) over line) - case when own_digit <= 7 then 1 else 0 end as upto_7,
                (sum(case when digit <= 8 then step else 0 end) over line) - case when own_digit <= 8 then 1 else 0 end as upto_8,
                (sum(case when digit <= 9 then step else 0 end) over line) - case when own_digit <= 9 then 1 else 0 end as upto_9,
                (sum(case when digit <= 10 then step else 0 end) over line) - case when own_digit <= 10 then 1 else 0 end as upto_10,
                (sum(case when digit <= 11 then step else 0 end) over line) - case when own_digit <= 11 then 1 else 0 end as upto_11,
                (sum(case when digit <= 12 then step else 0 end) over line) - case when own_digit <= 12 then 1 else 0 end as upto_12,
                (sum(case when digit <= 13 then step else 0 end) over line) - case when own_digit <= 13 then 1 else 0 end as upto_13,
                (sum(case when digit <= 14 then step else 0 end) over line) - case when own_digit <= 14 then 1 else 0 end as upto_14
            from (
                select
                    merchant_id,
                    part,
                    in_order,
                    happens_at,
                    spine_id,
                    place,
                    step,
                    question,
                    own_in_order,
                    how_many,
                    place_wanted,
                    coalesce(shiftright(in_order, 4), node) as node,
                    coalesce(in_order & 15, 0) as digit,
                    case when shiftright(own_in_order, 4) = node then own_in_order & 15 end as own_digit
                from digit_1
            ) as line_rows
            window line as (
                partition by merchant_id, part, node
                order by unix_micros(happens_at), spine_id nulls first, place
                rows between unbounded preceding and current row
            )
        ) as counted
    ) as asked
    where
        place_there between 1 and n
),

-- The answers of a spine row: what stands at the ranks that its questions have found.
ordered as (
    select
        found.spine_id,
        max(case when found.part = 0 then found.how_many end) as chargeback_id_events_30d_n,
        max(case when found.part = 0 and found.question = 0 then event_things.chargeback_id_events_30d_value end) as chargeback_id_events_30d_0,
        max(case when found.part = 1 then found.how_many end) as chargeback_id_events_7d_delayed_1h_n,
        case when count_if(found.part = 1 and found.question in (1, 2)) > 0
            then transform(array_sort(collect_list(case when found.part = 1 and found.question in (1, 2)
            then named_struct('place', found.question, 'value', event_things.chargeback_id_events_7d_delayed_1h_value) end)), row -> row.value) end
            as chargeback_id_events_7d_delayed_1h_last_2,
        max(case when found.part = 2 then found.how_many end) as chargeback_id_frequent_lifetime_n,
        case when count_if(found.part = 2 and found.question in (0, 3)) > 0
            then transform(array_sort(collect_list(case when found.part = 2 and found.question in (0, 3)
            then named_struct('place', found.question, 'value', chargeback_id_frequent_lifetime_things.value) end)), row -> row.value) end
            as chargeback_id_frequent_lifetime_first_2
    from found
    left join events as event_things
        on
            found.part in (0, 1)
            and found.merchant_id = event_things.merchant_id
            and found.node = event_things.event_rank
    left join chargeback_id_frequent_lifetime_things
        on
            found.part in (2)
            and found.merchant_id = chargeback_id_frequent_lifetime_things.merchant_id
            and found.node = chargeback_id_frequent_lifetime_things.in_order
    group by found.spine_id
),

-- The features, over what each spine row sees.
features as (
    select
        spine.spine_id,
        spine.happens_at as as_of,
        spine.merchant_id,
        ordered.chargeback_id_events_30d_0 as o_chargeback_first_30d,
        ordered.chargeback_id_events_7d_delayed_1h_last_2 as o_chargeback_last_2_7d_delayed_1h,
        ordered.chargeback_id_frequent_lifetime_first_2 as o_chargeback_top_2_lifetime
    from spine
    left join ordered
        on spine.spine_id = ordered.spine_id
)

select
    features.*,
    cast('6d799a8a27ea953c1d90c4b3395d2c92' as string) as table_version,
    cast(0 as bigint) as table_epoch
from features
