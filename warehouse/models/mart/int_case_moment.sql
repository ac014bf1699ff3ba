-- One case: its application moment, its completion, the channels of its decision and delivery, and the source, item, department, division and bundle that its events name first.
-- int_case_milestone gives the keys of these few events; events with equal keys go by event_id, those of two sources by the source.
with keyed as (
    select
        event.* replace (coalesce(alias.canonical_case_id, event.case_id) as case_id),
        coalesce(event.ts_precision, 's') <> 'day' as is_exact,
        epoch_us(event.occurred_at) * 32 + kind.ordinal as moment_key,
        case when event.event_type in ('submitted', 'received', 'onsite_submission') then 0 else 288230376151711744 end as application_rank,
        case event.event_type when 'completed' then 0 when 'decided' then 1 when 'not_accepted' then 2 when 'withdrawn' then 3 end
            * 288230376151711744 as completing_rank,
        case event.event_type when 'decided' then 0 when 'completed' then 288230376151711744 end as deciding_rank
    from core_case_event as event
    join ref_event_type as kind on kind.event_type = event.event_type
    left join int_link_alias as alias on alias.case_id = event.case_id
),
picked as (
    select
        keyed.*,
        moment_key = milestone.earliest_key as is_earliest,
        moment_key = milestone.item_key and keyed.item_id is not null as is_item,
        moment_key = milestone.department_key and keyed.dept_id is not null as is_department,
        moment_key = milestone.division_key and keyed.division_code is not null as is_division,
        moment_key = milestone.bundle_key and keyed.bundle_id is not null as is_bundle,
        application_rank + moment_key = milestone.application_key as is_application,
        completing_rank + moment_key = milestone.completion_key as is_completion,
        completing_rank + moment_key = milestone.outcome_key and keyed.outcome is not null as is_outcome,
        deciding_rank + moment_key = milestone.decision_key as is_decision,
        moment_key = milestone.delivery_key and keyed.event_type = 'delivered' as is_delivery
    from keyed
    join int_case_milestone as milestone on milestone.case_id = keyed.case_id
),
telling as (
    select picked.*, concat_ws(chr(31), event_id, source_id) as event_place
    from picked
    where is_earliest or is_item or is_department or is_division or is_bundle or is_application or is_completion or is_outcome or is_decision or is_delivery
)
select
    case_id,
    min(source_id) filter (where is_earliest) as source_id,
    arg_min(item_id, event_place) filter (where is_item) as item_id,
    arg_min(dept_id, event_place) filter (where is_department) as event_dept_id,
    arg_min(division_code, event_place) filter (where is_division) as event_division_code,
    arg_min(bundle_id, event_place) filter (where is_bundle) as bundle_id,
    min(occurred_at) filter (where is_application) as application_at,
    min(occurred_on) filter (where is_application) as application_on,
    min(occurred_at) filter (where is_application and is_exact) as application_exact_at,
    arg_min(channel, event_place) filter (where is_application) as channel,
    arg_min(coalesce(assisted, false), event_place) filter (where is_application) as is_assisted,
    min(event_type) filter (where is_completion) as completing_type,
    min(occurred_at) filter (where is_completion) as completed_at,
    min(occurred_on) filter (where is_completion) as completed_on,
    min(occurred_at) filter (where is_completion and is_exact) as completed_exact_at,
    arg_min(outcome, event_place) filter (where is_outcome) as outcome,
    arg_min(channel, event_place) filter (where is_decision) as decision_channel,
    arg_min(channel, event_place) filter (where is_delivery) as delivery_channel
from telling
group by case_id
