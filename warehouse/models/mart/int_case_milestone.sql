-- One case: the dates and counts that need no more than a minimum or a sum over its events, and the keys of the few events that int_case_moment reads.
-- An event's key orders by instant, then by the contract's order of event types: microseconds × 32 + ordinal. A rank goes above it (2^58 and more).
with event as (
    select
        coalesce(alias.canonical_case_id, event.case_id) as case_id,
        event.event_type,
        event.occurred_at,
        event.occurred_on,
        event.outcome,
        event.item_id,
        event.dept_id,
        event.division_code,
        event.bundle_id,
        event.channel,
        event.applicant_key is not null as has_person,
        epoch_us(event.occurred_at) * 32 + kind.ordinal as moment_key,
        case when event.event_type in ('submitted', 'received', 'onsite_submission') then 0 else 1 end as application_rank,
        case event.event_type when 'completed' then 0 when 'decided' then 1 when 'not_accepted' then 2 when 'withdrawn' then 3 end as completing_rank,
        case event.event_type when 'decided' then 0 when 'completed' then 1 end as deciding_rank,
        coalesce(event.ts_precision, 's') <> 'day' as is_exact,
        event.occurred_at > file.received_at as is_future
    from core_case_event as event
    join ref_event_type as kind on kind.event_type = event.event_type
    left join int_link_alias as alias on alias.case_id = event.case_id
    left join ledger_file as file on file.file_id = event.file_id
)
select
    case_id,
    min(moment_key) as earliest_key,
    min(moment_key) filter (where item_id is not null) as item_key,
    min(moment_key) filter (where dept_id is not null) as department_key,
    min(moment_key) filter (where division_code is not null) as division_key,
    min(moment_key) filter (where bundle_id is not null) as bundle_key,
    min(application_rank * 288230376151711744 + moment_key) as application_key,
    min(completing_rank * 288230376151711744 + moment_key) as completion_key,
    min(completing_rank * 288230376151711744 + moment_key) filter (where outcome is not null) as outcome_key,
    min(deciding_rank * 288230376151711744 + moment_key) as decision_key,
    min(moment_key) filter (where event_type = 'delivered') as delivery_key,
    min(occurred_on) filter (where event_type = 'submitted') as submitted_on,
    min(occurred_on) filter (where event_type = 'received') as received_on,
    min(occurred_on) filter (where event_type = 'accepted') as accepted_on,
    min(occurred_at) filter (where event_type = 'accepted' and is_exact) as accepted_exact_at,
    min(occurred_on) filter (where event_type = 'decided') as decided_on,
    min(occurred_at) filter (where event_type = 'decided' and is_exact) as decided_exact_at,
    min(occurred_on) filter (where event_type = 'completed') as completed_event_on,
    min(occurred_on) filter (where event_type in ('delivered', 'result_ready')) as result_ready_on,
    max(occurred_on) as last_event_on,
    count(*) filter (where event_type = 'supplement_requested') as supplement_count,
    min(occurred_on) filter (where event_type in ('accepted', 'not_accepted', 'supplement_requested', 'decided', 'completed', 'withdrawn'))
        as first_answer_on,
    bool_or(has_person) as is_identified,
    bool_or(channel = 'cross_region_window') as is_at_cross_region_window,
    coalesce(bool_or(is_future), false) as has_future,
    coalesce(bool_or(outcome in ('void', 'technical_delete')), false) as has_void_outcome
from event
group by case_id
