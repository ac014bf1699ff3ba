-- One person in whose name a case was applied for, by personal key; a case whose events name several has a row for each.
select distinct coalesce(alias.canonical_case_id, event.case_id) as case_id, event.applicant_key
from core_case_event as event
left join int_link_alias as alias on alias.case_id = event.case_id
where event.applicant_key is not null
