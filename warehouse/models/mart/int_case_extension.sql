-- One case whose limit was lengthened: by how many working days. An extension that was refused counts for nothing; one that does not say how long it is
-- (detail: {"working_days": n}) counts with the ten working days that the Administrative Licensing Law allows at most. The longest counts, once.
with event as (
    select
        coalesce(alias.canonical_case_id, event.case_id) as case_id,
        event.event_type,
        event.outcome,
        try_cast(json_extract_string(event.detail, '$.working_days') as double) as working_days
    from core_case_event as event
    left join int_link_alias as alias on alias.case_id = event.case_id
    where event.special_kind = 'extension' and event.event_type in ('special_started', 'special_ended')
)
select case_id, cast(ceil(coalesce(max(working_days) filter (where working_days >= 0), 10)) as bigint) as extension_working_days
from event
group by case_id
having not coalesce(bool_or(event_type = 'special_ended' and outcome in ('refused', 'withdrawn')), false)
