-- One case that is the same matter as another, with the canonical case that stands for both: the member with the earliest application moment.
-- Guesses join the groups that references made. Where guesses alone would bring two groups of one source together, they are all dropped:
-- inside a source its own case number is the authority.
with pair as (
    select
        coalesce(mine.group_id, guess.case_id) as group_id,
        coalesce(theirs.group_id, guess.other_id) as other_id
    from int_link_guess as guess
    left join int_link_group as mine on mine.case_id = guess.case_id
    left join int_link_group as theirs on theirs.case_id = guess.other_id
),
node as (
    select group_id from pair union select other_id from pair
),
reach as (
    select group_id, other_id from pair
    union
    select other_id, group_id from pair
    union
    select group_id, group_id as other_id from node
),
reach2 as (
    select distinct near.group_id, far.other_id from reach as near join reach as far on far.group_id = near.other_id
),
reach4 as (
    select distinct near.group_id, far.other_id from reach2 as near join reach2 as far on far.group_id = near.other_id
),
reach8 as (
    select distinct near.group_id, far.other_id from reach4 as near join reach4 as far on far.group_id = near.other_id
),
reach16 as (
    select distinct near.group_id, far.other_id from reach8 as near join reach8 as far on far.group_id = near.other_id
),
joined as (
    select group_id, min(other_id) as matter_id from reach16 group by group_id
),
member as (
    select case_id, group_id from int_link_group
    union
    select node.group_id as case_id, node.group_id from node left join int_link_group as known on known.group_id = node.group_id
    where known.group_id is null
),
source as (
    select distinct joined.matter_id, member.group_id, unnest(subject.source_ids) as source_id
    from joined
    join member on member.group_id = joined.group_id
    join int_link_case as subject on subject.case_id = member.case_id
),
torn as (
    select distinct matter_id from (select matter_id from source group by matter_id, source_id having count(*) > 1)
),
kept as (
    select joined.* from joined left join torn on torn.matter_id = joined.matter_id where torn.matter_id is null
),
settled as (
    select member.case_id, coalesce(kept.matter_id, member.group_id) as matter_id
    from member
    left join kept on kept.group_id = member.group_id
),
ranked as (
    select
        settled.case_id,
        first_value(settled.case_id) over (partition by settled.matter_id order by subject.application_at, settled.case_id) as canonical_case_id
    from settled
    join int_link_case as subject on subject.case_id = settled.case_id
)
select case_id, canonical_case_id from ranked where case_id <> canonical_case_id
