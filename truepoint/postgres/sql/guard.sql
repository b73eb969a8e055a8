-- What guards of event tables rest on, in any schema. Safe to run again: creates only what is not there.
--
-- A guarded table is append-only, and its known time is the clock at the insert, whatever the writer gave. Only a role that
-- owns the table may load, correct or erase history, with truepoint.load_history = on; each such transaction starts an epoch.
-- The functions look names up in pg_catalog alone: a temporary table named pg_class must not speak for the real one.

create schema if not exists truepoint;

create table if not exists truepoint.epochs (
    epoch bigint generated always as identity primary key,
    started_at timestamptz not null default clock_timestamp(),
    cause text not null
);

create or replace function truepoint.refuse_change() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $function$
begin
    if
        coalesce(current_setting('truepoint.load_history', true), '') <> 'on'
        or not pg_has_role(current_user, (select relowner from pg_class where oid = tg_relid), 'usage')
    then
        raise exception '%.% is append-only: % refused', tg_table_schema, tg_table_name, lower(tg_op)
            using hint = 'Insert a compensating event. To erase or correct history: as the table''s owner, set truepoint.load_history = on; this starts an epoch.';
    end if;
    return case tg_op when 'DELETE' then old else new end;
end
$function$;

-- After a statement under truepoint.load_history = on. One epoch a transaction; a loader that counts its own says so by the setting.
create or replace function truepoint.start_epoch() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $function$
begin
    if pg_has_role(current_user, (select relowner from pg_class where oid = tg_relid), 'usage') then
        if coalesce(current_setting('truepoint.epoch_of_transaction', true), '') <> pg_current_xact_id()::text then
            insert into truepoint.epochs (cause)
            values (format('%s of %I.%I in a load of history, by %s', lower(tg_op), tg_table_schema, tg_table_name, current_user));
            perform set_config('truepoint.epoch_of_transaction', pg_current_xact_id()::text, true);
        end if;
    elsif current_setting('session_replication_role') = 'replica' then
        -- Here the known times were kept as they were given.
        raise exception 'only the owner of %.% may load history', tg_table_schema, tg_table_name;
    end if;
    return null;
end
$function$;
