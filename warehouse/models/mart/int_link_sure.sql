-- One pair of cases that a reference says are one matter (score 1): one names the other, or both carry one reference in two sources or channels.
-- A reference carried by more than five cases (a placeholder, a batch number) identifies nothing; parts of one bundle that concern different items
-- stay apart, and a shared reference needs the same item (or an item that is not known on one side).
with reference as (
    select case_id, unnest(external_refs) as external_case_ref from int_link_case where external_refs is not null
),
rare as (
    select external_case_ref from reference group by external_case_ref having count(*) <= 5
),
carried as (
    select reference.* from reference join rare on rare.external_case_ref = reference.external_case_ref
),
named as (
    select carried.case_id as one_id, other.case_id as other_id, 'external_ref' as method
    from carried
    join int_link_case as other on other.case_id = carried.external_case_ref and other.case_id <> carried.case_id
),
shared as (
    select mine.case_id as one_id, theirs.case_id as other_id, 'shared_ref' as method
    from carried as mine
    join carried as theirs on theirs.external_case_ref = mine.external_case_ref and theirs.case_id > mine.case_id
    join int_link_case as one on one.case_id = mine.case_id
    join int_link_case as other on other.case_id = theirs.case_id
    where (one.channel <> other.channel or one.source_ids <> other.source_ids)
        and coalesce(one.item_id = other.item_id, true)
),
pair as (
    select one_id, other_id, method from named
    union all
    select one_id, other_id, method from shared
)
select least(pair.one_id, pair.other_id) as case_id, greatest(pair.one_id, pair.other_id) as other_id, min(pair.method) as method
from pair
join int_link_case as one on one.case_id = pair.one_id
join int_link_case as other on other.case_id = pair.other_id
where not coalesce(one.bundle_id = other.bundle_id and one.item_id <> other.item_id, false)
group by least(pair.one_id, pair.other_id), greatest(pair.one_id, pair.other_id)
