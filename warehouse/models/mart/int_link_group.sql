-- One case of a group that references join, with the group's name: its least case number. Reached by doubling: five steps follow 32 links.
with node as (
    select case_id from int_link_sure union select other_id from int_link_sure
),
reach as (
    select case_id, other_id from int_link_sure
    union
    select other_id, case_id from int_link_sure
    union
    select case_id, case_id as other_id from node
),
reach2 as (
    select distinct near.case_id, far.other_id from reach as near join reach as far on far.case_id = near.other_id
),
reach4 as (
    select distinct near.case_id, far.other_id from reach2 as near join reach2 as far on far.case_id = near.other_id
),
reach8 as (
    select distinct near.case_id, far.other_id from reach4 as near join reach4 as far on far.case_id = near.other_id
),
reach16 as (
    select distinct near.case_id, far.other_id from reach8 as near join reach8 as far on far.case_id = near.other_id
),
reach32 as (
    select distinct near.case_id, far.other_id from reach16 as near join reach16 as far on far.case_id = near.other_id
)
select case_id, min(other_id) as group_id from reach32 group by case_id
