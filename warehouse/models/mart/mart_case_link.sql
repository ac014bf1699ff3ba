-- One source reference to a case that is one matter with others: which case stands for it, how that is known, and how surely.
with member as (
    select case_id, canonical_case_id from int_link_alias
    union
    select canonical_case_id as case_id, canonical_case_id from int_link_alias
),
evidence as (
    select case_id, other_id, method, 1.0 as score from int_link_sure
    union all
    select case_id, other_id, method, score from int_link_guess
),
sided as (
    select case_id, other_id, method, score from evidence
    union all
    select other_id as case_id, case_id as other_id, method, score from evidence
),
-- A member's strongest tie to another member of its matter.
tied as (
    select sided.case_id, arg_max(sided.method, {'score': sided.score, 'method': sided.method}) as method, max(sided.score) as score
    from sided
    join member as mine on mine.case_id = sided.case_id
    join member as theirs on theirs.case_id = sided.other_id and theirs.canonical_case_id = mine.canonical_case_id
    group by sided.case_id
),
reference as (
    select case_id, unnest(source_ids) as source_id, item_id, channel, application_on from int_link_case
)
select
    reference.source_id,
    member.case_id,
    member.canonical_case_id,
    case when member.case_id = member.canonical_case_id then 'canonical' else tied.method end as method,
    cast(case when member.case_id = member.canonical_case_id then 1 else tied.score end as double) as score,
    reference.item_id,
    reference.channel,
    reference.application_on
from member
join reference on reference.case_id = member.case_id
left join tied on tied.case_id = member.case_id
