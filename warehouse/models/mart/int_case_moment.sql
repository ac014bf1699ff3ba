-- One case: what its events say, from one grouped pass over them. Ties at one instant go by the contract's order of event types, then by event_id.
with event as (
    select
        event.*,
        kind.ordinal,
        event.event_type in ('submitted', 'received', 'onsite_submission') as is_application,
        event.event_type in ('completed', 'decided', 'not_accepted', 'withdrawn') as is_completing,
        case event.event_type when 'completed' then 0 when 'decided' then 1 when 'not_accepted' then 2 else 3 end as completing_rank,
        coalesce(event.ts_precision, 's') = 'day' as is_day_only,
        coalesce(event.occurred_at > file.received_at, false) as is_future
    from core_case_event as event
    left join ref_event_type as kind on kind.event_type = event.event_type
    left join ledger_file as file on file.file_id = event.file_id
),
grouped as (
    select
        case_id,
        arg_min(
            {'source_id': source_id, 'item_id': item_id, 'dept_id': dept_id, 'division_code': division_code, 'bundle_id': bundle_id},
            {'moment': occurred_at, 'ordinal': ordinal, 'event_id': event_id}
        ) as earliest,
        arg_min(
            {'moment': occurred_at, 'day': occurred_on, 'channel': channel, 'is_assisted': assisted, 'is_day_only': is_day_only},
            {'is_other': not is_application, 'moment': occurred_at, 'ordinal': ordinal, 'event_id': event_id}
        ) as application,
        arg_min(
            {'event_type': event_type, 'moment': occurred_at, 'day': occurred_on, 'outcome': outcome, 'is_day_only': is_day_only},
            {'rank': completing_rank, 'moment': occurred_at, 'event_id': event_id}
        ) filter (where is_completing) as completion,
        arg_min(outcome, {'rank': completing_rank, 'moment': occurred_at, 'event_id': event_id})
            filter (where is_completing and completing_rank > 0 and outcome is not null) as other_outcome,
        min(occurred_on) filter (where event_type = 'submitted') as submitted_on,
        min(occurred_on) filter (where event_type = 'received') as received_on,
        min(occurred_on) filter (where event_type = 'accepted') as accepted_on,
        min(occurred_at) filter (where event_type = 'accepted' and not is_day_only) as accepted_exact_at,
        min(occurred_on) filter (where event_type = 'decided') as decided_on,
        min(occurred_at) filter (where event_type = 'decided' and not is_day_only) as decided_exact_at,
        min(occurred_on) filter (where event_type = 'completed') as completed_event_on,
        min(occurred_on) filter (where event_type in ('delivered', 'result_ready')) as result_ready_on,
        max(occurred_on) as last_event_on,
        count(*) filter (where event_type = 'supplement_requested') as supplement_count,
        bool_or(is_future) as has_future,
        coalesce(bool_or(outcome in ('void', 'technical_delete')), false) as has_void_outcome
    from event
    group by case_id
),
-- The earliest event usually names the item, department, division and bundle; where it does not, the earliest one that does.
late_item as (
    select case_id, arg_min(item_id, {'moment': occurred_at, 'ordinal': ordinal, 'event_id': event_id}) as item_id
    from event
    where item_id is not null and case_id in (select case_id from grouped where earliest.item_id is null)
    group by case_id
),
late_department as (
    select case_id, arg_min(dept_id, {'moment': occurred_at, 'ordinal': ordinal, 'event_id': event_id}) as dept_id
    from event
    where dept_id is not null and case_id in (select case_id from grouped where earliest.dept_id is null)
    group by case_id
),
late_division as (
    select case_id, arg_min(division_code, {'moment': occurred_at, 'ordinal': ordinal, 'event_id': event_id}) as division_code
    from event
    where division_code is not null and case_id in (select case_id from grouped where earliest.division_code is null)
    group by case_id
),
late_bundle as (
    select case_id, arg_min(bundle_id, {'moment': occurred_at, 'ordinal': ordinal, 'event_id': event_id}) as bundle_id
    from event
    where bundle_id is not null and case_id in (select case_id from grouped where earliest.bundle_id is null)
    group by case_id
)
select
    grouped.case_id,
    earliest.source_id as source_id,
    coalesce(earliest.bundle_id, late_bundle.bundle_id) as bundle_id,
    coalesce(earliest.item_id, late_item.item_id) as item_id,
    coalesce(earliest.dept_id, late_department.dept_id) as event_dept_id,
    coalesce(earliest.division_code, late_division.division_code) as event_division_code,
    application.moment as application_at,
    application.day as application_on,
    case when not application.is_day_only then application.moment end as application_exact_at,
    application.channel as channel,
    coalesce(application.is_assisted, false) as is_assisted,
    submitted_on,
    received_on,
    accepted_on,
    accepted_exact_at,
    decided_on,
    decided_exact_at,
    completed_event_on,
    completion.event_type as completing_type,
    completion.moment as completed_at,
    completion.day as completed_on,
    case when not completion.is_day_only then completion.moment end as completed_exact_at,
    coalesce(completion.outcome, other_outcome) as outcome,
    result_ready_on,
    last_event_on,
    supplement_count,
    has_future,
    case when completion is null then has_void_outcome
         else coalesce(coalesce(completion.outcome, other_outcome) in ('void', 'technical_delete'), false) end as is_void
from grouped
left join late_item on late_item.case_id = grouped.case_id
left join late_department on late_department.case_id = grouped.case_id
left join late_division on late_division.case_id = grouped.case_id
left join late_bundle on late_bundle.case_id = grouped.case_id
