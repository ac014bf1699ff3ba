-- One service point as it is today: the latest version begun by as_of, else the first.
with today as (
    select coalesce(as_of_on, date '9999-12-31') as day from build_as_of
)
select point.point_id, point.site_id, point.kind, point.name_zh, point.name_en, point.division_code, point.lat, point.lon
from core_service_point as point
cross join today
left join ref_source_priority as stated on stated.source_id = point.source_id
qualify row_number() over (
    partition by point.point_id
    order by coalesce(stated.priority, 100), point.source_id,
             case when coalesce(point.valid_from, date '1900-01-01') <= today.day then 0 else 1 end,
             case when coalesce(point.valid_from, date '1900-01-01') <= today.day then point.valid_from end desc nulls last,
             point.valid_from
) = 1
