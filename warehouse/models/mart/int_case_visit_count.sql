-- One case with a visit: how many and what for, what the first visit too many was for, the level of the place that first served it, and whether a place lies
-- outside the division that has power over the item (another city, or another district where both are known).
with numbered as (
    select
        visit.*,
        visit.is_linked and not visit.is_terminal as is_counted,
        sum(cast(visit.is_linked and not visit.is_terminal as bigint)) over (
            partition by visit.case_id order by visit.visited_on, visit.place, visit.is_terminal rows between unbounded preceding and current row
        ) as visit_no
    from int_case_visit as visit
),
placed as (
    select
        numbered.*,
        item.visits_max,
        site_division.level as site_level,
        numbered.is_linked
            and coalesce(site.city_code <> division.city_code or site.district_code <> division.district_code, false) as is_outside
    from numbered
    join int_case_subject as subject on subject.case_id = numbered.case_id
    left join mart_item as item on item.item_id = subject.item_id and item.version = subject.item_version
    left join dim_division as division on division.division_code = subject.division_code
    left join dim_site as site on site.site_id = numbered.site_id
    left join dim_division as site_division on site_division.division_code = site.division_code
)
select
    case_id,
    count(*) filter (where is_counted) as visits,
    count(*) filter (where not is_terminal) as visits_upper,
    count(*) filter (where is_terminal) as terminal_visits,
    bool_or(is_point_unknown) as has_unknown_point,
    bool_or(is_outside) as is_outside,
    arg_min(site_level, visit_no) filter (where is_counted and site_level is not null) as handling_site_level,
    min(cause) filter (where is_counted and visit_no = visits_max + 1) as excess_cause,
    list(cause order by visit_no) filter (where is_counted) as visit_causes
from placed
group by case_id
