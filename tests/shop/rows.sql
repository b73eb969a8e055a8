-- The same rows in every run: numbers stand for chance. %(orders)s orders of a customer for each 25, over 60 days.
insert into shop."Orders"
select
    n,
    abs(hashint8(n)) %% greatest(%(orders)s / 25, 1),
    ((abs(hashint8(n + 1000000)) %% 40000) - 2000) / 100.0,
    case when n %% 4 = 0 then 'phone' else 'web' end,
    (array['open', 'paid', 'sent'])[1 + n %% 3]::shop.order_status,
    placed_at,
    case
        -- All that came before was loaded at once.
        when placed_at < timestamptz '2025-05-10 00:00:00Z' and n %% 11 > 0 then timestamptz '2025-05-10 06:00:00Z'
        when n %% 7 = 0 then placed_at + interval '3 hours'
        else placed_at + interval '1 second'
    end
from generate_series(1, %(orders)s) as n
cross join lateral (
    -- Some are placed at one instant, some on the bounds of windows.
    select timestamptz '2025-05-01 00:00:00Z' + (60.0 * 86400 * (n - n %% 3) / %(orders)s)::int * interval '1 second' as placed_at
) as placed;

insert into shop.order_lines
select
    "orderId", line_no, case when line_no < 3 then 'product ' || ("orderId" + line_no) %% 11 end, 1 + "orderId" %% 3,
    (100 + "orderId" %% 900) / 100.0
from shop."Orders"
cross join lateral generate_series(1, 1 + ("orderId" %% 3)::int) as line_no;

insert into shop.returned_goods
select "orderId", "orderId", ("placedAt" at time zone 'UTC')::date + 5 from shop."Orders" where "orderId" %% 9 = 0;

insert into crm.visits
select
    n, nullif(abs(hashint8(n + 7)) %% greatest(%(orders)s / 25, 1), 3), '/page/' || n %% 13,
    timestamptz '2025-05-01 00:00:00Z' + (60.0 * 86400 * n / (2 * %(orders)s))::int * interval '1 second'
from generate_series(1, 2 * %(orders)s) as n;

insert into crm.campaigns values ('spring', '2025-03-01');

insert into shop.parcels select n, n, 'packed' from generate_series(1, 5) as n;
