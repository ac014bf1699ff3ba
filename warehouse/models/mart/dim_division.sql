-- One division code as it is today (the latest version begun by as_of, else the first), with the province, city, district and town that it lies in.
with today as (
    select coalesce(as_of_on, date '9999-12-31') as day from build_as_of
),
current_division as (
    select division.*
    from core_division as division
    cross join today
    left join ref_source_priority as stated on stated.source_id = division.source_id
    qualify row_number() over (
        partition by division.division_code
        order by coalesce(stated.priority, 100), division.source_id,
                 case when coalesce(division.valid_from, date '1900-01-01') <= today.day then 0 else 1 end,
                 case when coalesce(division.valid_from, date '1900-01-01') <= today.day then division.valid_from end desc nulls last,
                 division.valid_from
    ) = 1
),
known_calendar as (
    select distinct calendar_id from ref_working_day
),
node as (
    select division.division_code as code, division.parent_code, division.level, known_calendar.calendar_id
    from current_division as division
    left join known_calendar on known_calendar.calendar_id = division.calendar_id
),
-- Six levels: nobody has more than five above.
lineage as (
    select
        node.code,
        [node.code, above1.code, above2.code, above3.code, above4.code, above5.code] as codes,
        [node.level, above1.level, above2.level, above3.level, above4.level, above5.level] as levels,
        coalesce(node.calendar_id, above1.calendar_id, above2.calendar_id, above3.calendar_id, above4.calendar_id, above5.calendar_id) as calendar_id
    from node
    left join node as above1 on above1.code = node.parent_code
    left join node as above2 on above2.code = above1.parent_code
    left join node as above3 on above3.code = above2.parent_code
    left join node as above4 on above4.code = above3.parent_code
    left join node as above5 on above5.code = above4.parent_code
)
select
    division.division_code,
    division.name_zh,
    division.name_en,
    division.level,
    coalesce(division.kind, 'statutory') as kind,
    division.parent_code,
    codes[nullif(list_position(levels, 2), 0)] as province_code,
    codes[nullif(list_position(levels, 3), 0)] as city_code,
    codes[nullif(list_position(levels, 4), 0)] as district_code,
    codes[nullif(list_position(levels, 5), 0)] as town_code,
    coalesce(lineage.calendar_id, 'CN') as calendar_id,
    division.population
from current_division as division
join lineage on lineage.code = division.division_code
