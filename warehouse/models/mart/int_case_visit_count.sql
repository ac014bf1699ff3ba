-- One case with a visit: how many and what for, what the first visit too many was for, the level of the place that first served it, and whether a place lies
-- outside the division that has power over the item (another city, or another district where both are known). Visits that count are gathered first and
-- put in their order afterwards: to number millions of them takes half as long again and more memory.
with placed as (
    select
        visit.case_id,
        visit.is_terminal,
        visit.is_point_unknown,
        visit.is_linked and not visit.is_terminal as is_counted,
        {'on': visit.visited_on, 'place': visit.place, 'cause': visit.cause, 'site_level': site_division.level} as counted,
        item.visits_max,
        visit.is_linked
            and coalesce(site.city_code <> division.city_code or site.district_code <> division.district_code, false) as is_outside
    from int_case_visit as visit
    join int_case_subject as subject on subject.case_id = visit.case_id
    left join mart_item as item on item.item_id = subject.item_id and item.version = subject.item_version
    left join dim_division as division on division.division_code = subject.division_code
    left join dim_site as site on site.site_id = visit.site_id
    left join dim_division as site_division on site_division.division_code = site.division_code
),
gathered as (
    select
        case_id,
        count(*) filter (where is_counted) as visits,
        count(*) filter (where not is_terminal) as visits_upper,
        count(*) filter (where is_terminal) as terminal_visits,
        bool_or(is_point_unknown) as has_unknown_point,
        bool_or(is_outside) as is_outside,
        any_value(visits_max) as visits_max,
        list(counted) filter (where is_counted) as counted
    from placed
    group by case_id
)
select
    case_id,
    visits,
    visits_upper,
    terminal_visits,
    has_unknown_point,
    is_outside,
    list_filter(list_sort(counted), lambda visit: visit.site_level is not null)[1].site_level as handling_site_level,
    list_sort(counted)[visits_max + 1].cause as excess_cause,
    list_transform(list_sort(counted), lambda visit: visit.cause) as visit_causes
from gathered
