-- One bundle (一件事): the parent of several cases that are counted apart. Void cases are no part of it. It lies where its first case lies.
with part as (
    select bundle_id, case_id, dept_id, item_id, division_code, theme, application_on, application_at, is_completed, completed_on
    from mart_case
    where bundle_id is not null and not is_void
),
visit as (
    select part.bundle_id, count(distinct {'place': visit.place, 'visited_on': visit.visited_on}) as visits
    from part
    join mart_visit as visit on visit.case_id = part.case_id
    where visit.is_linked and not visit.is_terminal
    group by part.bundle_id
),
bundle as (
    select
        bundle_id,
        count(*) as cases,
        count(distinct item_id) as items,
        count(distinct dept_id) as departments,
        min(application_on) as application_on,
        case when bool_and(is_completed) then max(completed_on) end as completed_on,
        arg_min(division_code, {'at': application_at, 'id': case_id}) as division_code,
        arg_min(theme, {'at': application_at, 'id': case_id}) as theme
    from part
    group by bundle_id
)
select
    bundle.bundle_id,
    bundle.cases,
    bundle.items,
    bundle.departments,
    coalesce(visit.visits, 0) as visits,
    bundle.application_on,
    bundle.completed_on,
    bundle.theme,
    bundle.division_code,
    division.province_code,
    division.city_code,
    division.district_code,
    division.town_code
from bundle
left join visit on visit.bundle_id = bundle.bundle_id
left join dim_division as division on division.division_code = bundle.division_code
