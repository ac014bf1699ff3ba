-- One case, as its sources number it, that may be the same matter as another: it names an outside reference or is named by one, or its applicant
-- has cases in two source systems. With one source and no references there are no rows, and nothing is read but a few columns.
-- Void cases take no part: they count nowhere, and what they say about the matter was taken back.
with source as (
    select distinct source_id from core_case_event
),
several as (
    select source_id from source where (select count(*) from source) > 1
),
reference as (
    select distinct case_id, external_case_ref from core_case_event where external_case_ref is not null
),
person as (
    select event.applicant_key
    from core_case_event as event
    join several on several.source_id = event.source_id
    where event.applicant_key is not null
    group by event.applicant_key
    having min(event.source_id) <> max(event.source_id)
),
chosen as (
    select case_id from reference
    union
    select event.case_id from core_case_event as event join reference on reference.external_case_ref = event.case_id
    union
    select event.case_id from core_case_event as event join person on person.applicant_key = event.applicant_key
),
event as (
    select
        event.*,
        epoch_us(event.occurred_at) * 32 + kind.ordinal as moment_key,
        case when event.event_type in ('submitted', 'received', 'onsite_submission') then 0 else 288230376151711744 end as application_rank,
        event.event_type in ('completed', 'decided', 'not_accepted', 'withdrawn') as is_ending
    from core_case_event as event
    join chosen on chosen.case_id = event.case_id
    join ref_event_type as kind on kind.event_type = event.event_type
)
select
    case_id,
    list(distinct source_id order by source_id) as source_ids,
    arg_min(source_id, {'key': moment_key, 'id': event_id}) as source_id,
    arg_min(item_id, {'key': moment_key, 'id': event_id}) filter (where item_id is not null) as item_id,
    arg_min(dept_id, {'key': moment_key, 'id': event_id}) filter (where dept_id is not null) as dept_id,
    arg_min(bundle_id, {'key': moment_key, 'id': event_id}) filter (where bundle_id is not null) as bundle_id,
    arg_min(channel, {'key': application_rank + moment_key, 'id': event_id}) as channel,
    arg_min(occurred_at, {'key': application_rank + moment_key, 'id': event_id}) as application_at,
    arg_min(occurred_on, {'key': application_rank + moment_key, 'id': event_id}) as application_on,
    arg_min(applicant_key, {'key': moment_key, 'id': event_id}) filter (where applicant_key is not null) as person_key,
    bool_or(is_ending) as has_ended,
    arg_min(outcome, {'key': moment_key, 'id': event_id}) filter (where is_ending and outcome is not null) as outcome,
    list(distinct external_case_ref order by external_case_ref) filter (where external_case_ref is not null) as external_refs
from event
group by case_id
having not coalesce(bool_or(outcome in ('void', 'technical_delete')), false)
