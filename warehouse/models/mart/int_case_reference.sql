-- One case that more than one reference of the sources stands for: several numbers (linked), or one number in several sources.
with source as (
    select distinct event.source_id from core_case_event as event
),
several as (
    select source_id from source where (select count(*) from source) > 1
),
reference as (
    select event.case_id, event.source_id from core_case_event as event join several on several.source_id = event.source_id
    union
    select event.case_id, event.source_id from core_case_event as event join int_link_alias as alias on alias.case_id = event.case_id
    union
    select event.case_id, event.source_id from core_case_event as event join int_link_alias as alias on alias.canonical_case_id = event.case_id
)
select
    coalesce(alias.canonical_case_id, reference.case_id) as case_id,
    count(*) as source_reference_count,
    count(distinct reference.case_id) as linked_case_count
from reference
left join int_link_alias as alias on alias.case_id = reference.case_id
group by coalesce(alias.canonical_case_id, reference.case_id)
having count(*) > 1
