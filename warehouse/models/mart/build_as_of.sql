-- One row: the moment the figures speak of. The last case event that is not later than the receipt of its file, else the last date of whatever else was
-- loaded; to the end of that local day. Never the clock of the machine; null when nothing that was loaded carries a date.
-- Of a file whose last event is not later than that, one row is looked at; the events of other files one by one.
with newest as (
    select file_id, max(occurred_at) as occurred_at, arg_max(occurred_on, occurred_at) as occurred_on
    from core_case_event
    group by file_id
),
received as (
    select newest.*, file.received_at, coalesce(newest.occurred_at > file.received_at, false) as is_early
    from newest
    left join ledger_file as file on file.file_id = newest.file_id
),
event_day as (
    select arg_max(occurred_on, occurred_at) as as_of_on
    from (
        select occurred_on, occurred_at from received where not is_early
        union all
        select event.occurred_on, event.occurred_at
        from core_case_event as event
        join received on received.file_id = event.file_id and received.is_early and event.occurred_at <= received.received_at
    )
),
dated as (
    select file_id, issued_on as day from core_queue_ticket
    union all select file_id, rated_on from core_rating
    union all select file_id, started_on from core_session
    union all select file_id, observed_on from core_queue_snapshot
    union all select file_id, submitted_on from core_case_material
    union all select file_id, booked_on from core_appointment
    union all select file_id, coalesce(paid_on, requested_on) from core_payment
    union all select file_id, coalesce(received_on, dispatched_on) from core_delivery
    union all select file_id, fielded_on from core_survey_response
    union all select file_id, registered_on from core_account
    union all select file_id, stock_on from core_elicence_stock
    union all select file_id, called_on from core_data_share_call
    union all select file_id, held_on from core_data_holding
    union all select file_id, period_end from core_channel_volume
    union all select file_id, period_start from core_interaction_point
    union all select file_id, coalesce(period_end, period_start) from core_service_standard
    union all select file_id, period_end from core_cost
    union all select file_id, greatest(valid_from, declared_on, approved_on) from core_service_item
    union all select file_id, valid_from from core_division
    union all select file_id, valid_from from core_department
    union all select file_id, greatest(valid_from, commissioned_on) from core_service_point
    union all select file_id, valid_from from core_population_cell
),
other_day as (
    select max(dated.day) as as_of_on
    from (select distinct file_id, day from dated) as dated
    left join ledger_file as file on file.file_id = dated.file_id
    where file.received_at is null or timezone('Asia/Shanghai', cast(dated.day as timestamp)) <= file.received_at
),
chosen as (
    select coalesce(event_day.as_of_on, other_day.as_of_on) as as_of_on
    from event_day cross join other_day
)
select
    timezone('Asia/Shanghai', cast(as_of_on as timestamp) + interval 1 day - interval 1 microsecond) as as_of_at,
    as_of_on
from chosen
