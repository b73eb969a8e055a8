-- The shop's tables, as its software made them years ago. :orders is the number of orders.
create schema shop;
create schema crm;

create type shop.order_status as enum ('open', 'paid', 'sent');
create type shop.tier as enum ('new', 'plain', 'gold');

create table shop."Orders" (
    "orderId" bigint primary key,
    "customerId" bigint not null,
    amount numeric(12, 2) not null,
    channel varchar(10) not null,
    status shop.order_status not null,
    "placedAt" timestamptz not null,
    "loadedAt" timestamptz not null
);

create table shop.order_lines (
    order_id bigint not null,
    line_no smallint not null,
    product varchar(40),
    quantity integer not null,
    unit_price numeric(12, 2) not null,
    primary key (order_id, line_no)
);

create table shop.returned_goods (
    return_id bigint primary key,
    order_id bigint not null,
    returned_on date not null
);

-- Updated in place, whenever a customer changes.
create table shop.customers (
    "customerId" bigint primary key,
    tier shop.tier not null,
    city varchar(60),
    since date not null
);

-- Updated in place too: here nobody may add a trigger.
create table shop.parcels (
    parcel_id bigint primary key,
    customer_id bigint not null,
    state text not null
);

create table crm.visits (
    visit_id bigint primary key,
    customer_id bigint,
    page varchar(40),
    visited_at timestamptz not null
);

create table crm.campaigns (name text, began_on date);
