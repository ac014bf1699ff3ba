-- One queue as displayed at one moment. A call is a change of the served number within site, queue and day; the first number of the day counts.
with numbered as (
    select
        snapshot.*,
        nullif(trim(snapshot.served_number), '') as number_shown,
        lag(nullif(trim(snapshot.served_number), '') ignore nulls) over (
            partition by snapshot.source_id, snapshot.site_id, snapshot.queue_code, snapshot.observed_on order by snapshot.observed_at
        ) as number_before
    from core_queue_snapshot as snapshot
)
select
    numbered.source_id,
    numbered.site_id,
    numbered.queue_code,
    numbered.observed_at,
    numbered.observed_on,
    numbered.waiting,
    numbered.open_desks,
    number_shown is not null and (number_before is null or number_shown <> number_before) as is_call,
    coalesce(numbered.waiting > 0 and numbered.open_desks = 0, false) as is_unstaffed,
    division.province_code,
    division.city_code,
    division.district_code,
    division.town_code
from numbered
left join dim_site as site on site.site_id = numbered.site_id
left join dim_division as division on division.division_code = coalesce(site.division_code, numbered.division_code)
