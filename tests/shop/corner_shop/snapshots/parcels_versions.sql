{% snapshot parcels_versions %}
    {{ config(schema='versions', unique_key='parcel_id', strategy='check', check_cols=['state'], updated_at='seen_at') }}
    select parcel_id, customer_id, state, statement_timestamp() as seen_at
    from {{ source('web_shop', 'parcels') }}
{% endsnapshot %}
