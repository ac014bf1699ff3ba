-- What each source sent for one day in one file: records, how many of their mandatory fields are filled, and how long they took to arrive.
-- Delays are whole hours up to a week and whole days beyond; a record dated after its file's receipt has none.
with sent as (
    select
        'case_events' as feed, source_id, file_id, occurred_on as day_on, occurred_at as happened_at,
        5 + (event_type in ('submitted', 'received'))::bigint + (event_type = 'completed')::bigint as fields_expected,
        5 + (event_type in ('submitted', 'received') and item_id is not null)::bigint
            + (event_type = 'completed' and outcome is not null)::bigint as fields_filled
    from core_case_event
    union all by name
    select
        'queue_tickets' as feed, source_id, file_id, issued_on as day_on, issued_at as happened_at,
        5 + 2 * (status = 'served')::bigint as fields_expected,
        4 + (queue_code is not null)::bigint + (status = 'served' and called_at is not null)::bigint
            + (status = 'served' and service_ended_at is not null)::bigint as fields_filled
    from core_queue_ticket
    union all by name
    select
        'ratings' as feed, source_id, file_id, rated_on as day_on, rated_at as happened_at,
        5 as fields_expected, 4 + (case_id is not null or ticket_id is not null)::bigint as fields_filled
    from core_rating
),
timed as (
    select sent.*, file.received_at, floor((epoch_us(file.received_at) - epoch_us(sent.happened_at)) / 3600000000)::bigint as hours
    from sent
    left join ledger_file as file on file.file_id = sent.file_id
)
select
    source_id,
    feed,
    day_on,
    received_at,
    case when hours <= 168 then hours else ceil(hours / 24.0)::bigint * 24 end as delay_hours,
    count(*) as records,
    sum(fields_expected)::bigint as fields_expected,
    sum(fields_filled)::bigint as fields_filled
from (select * replace (case when hours >= 0 then hours end as hours) from timed)
where day_on is not null
group by all
