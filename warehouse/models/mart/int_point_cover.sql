-- One stretch of days on which a division, or something below it, has a live point of a sort: a terminal open day and night, a universal window.
with sorted_point as (
    select mart_point.*, 'all_day' as sort_of_point from mart_point where state = 'live' and kind = 'terminal' and is_open_24h
    union all
    select mart_point.*, 'universal_window' from mart_point where state = 'live' and window_mode = 'universal'
),
served as (
    select
        unnest(list_distinct([division_code, town_code, district_code, city_code, province_code])) as division_code,
        sort_of_point,
        valid_from,
        valid_to
    from sorted_point
),
marked as (
    select
        served.*,
        coalesce(
            valid_from > max(valid_to) over (
                partition by division_code, sort_of_point order by valid_from, valid_to rows between unbounded preceding and 1 preceding
            ),
            true
        ) as is_first
    from served
    where division_code is not null
),
numbered as (
    select
        marked.*,
        sum(cast(is_first as integer)) over (partition by division_code, sort_of_point order by valid_from, valid_to rows unbounded preceding) as stretch_no
    from marked
)
select division_code, sort_of_point, min(valid_from) as covered_from, max(valid_to) as covered_until
from numbered
group by division_code, sort_of_point, stretch_no
