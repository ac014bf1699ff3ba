-- One service point over one span of days in which nothing about it changes: what it is, where, and whether it is planned, installed or live.
with believed as (
    select point.*, coalesce(point.valid_from, date '1900-01-01') as begins_on
    from core_service_point as point
    left join ref_source_priority as stated on stated.source_id = point.source_id
    qualify dense_rank() over (partition by point.point_id order by coalesce(stated.priority, 100), point.source_id) = 1
),
version as (
    select
        believed.*,
        least(
            coalesce(valid_to, date '9999-12-31'), lead(begins_on, 1, date '9999-12-31') over (partition by point_id order by begins_on)
        ) as ends_on,
        -- A machine is live from the day it was commissioned; a hall, station or window without such a day, for as long as it is listed.
        coalesce(commissioned_on, case when kind in ('hall', 'branch_hall', 'station', 'window') then begins_on else date '9999-12-31' end) as live_on,
        coalesce(decommissioned_on, date '9999-12-31') as gone_on
    from believed
),
stage as (
    select version.*, 'planned' as state, begins_on as since_on, least(ends_on, gone_on) as until_on from version where coalesce(planned, false)
    union all
    select version.*, 'installed', begins_on, least(ends_on, gone_on, live_on) from version where not coalesce(planned, false)
    union all
    select version.*, 'live', greatest(begins_on, live_on), least(ends_on, gone_on) from version where not coalesce(planned, false)
),
-- A point has been seen on each of the 30 days that begin with the day of a session; days in a row are one stretch.
session_day as (
    select distinct point_id, started_on as day from core_session where point_id is not null
),
marked as (
    select
        session_day.*,
        coalesce(day > lag(day) over (partition by point_id order by day) + 30, true) as is_first
    from session_day
),
numbered as (
    select marked.*, sum(cast(is_first as integer)) over (partition by point_id order by day) as stretch_no from marked
),
seen as (
    select point_id, min(day) as seen_from, max(day) + 30 as seen_until from numbered group by point_id, stretch_no
),
edge as (
    select point_id, state, since_on, until_on, since_on as day from stage
    union
    select stage.point_id, stage.state, stage.since_on, stage.until_on, unnest([seen.seen_from, seen.seen_until])
    from stage
    join seen on seen.point_id = stage.point_id and seen.seen_from < stage.until_on and seen.seen_until > stage.since_on
),
span as (
    select
        edge.point_id, edge.state, edge.since_on, edge.day,
        lead(edge.day, 1, edge.until_on) over (partition by edge.point_id, edge.state, edge.since_on order by edge.day) as next_day
    from edge
    where edge.day >= edge.since_on and edge.day < edge.until_on
)
select
    stage.point_id,
    span.day as valid_from,
    span.next_day as valid_to,
    stage.state,
    stage.site_id,
    stage.kind,
    stage.window_mode,
    stage.name_zh,
    stage.name_en,
    stage.owner_dept_id as dept_id,
    department.function_code,
    stage.division_code,
    division.province_code,
    division.city_code,
    division.district_code,
    division.town_code,
    coalesce(stage.open_24h, false) as is_open_24h,
    seen.point_id is not null as is_seen_30_days,
    place.wgs_lat,
    place.wgs_lon
from span
join stage on stage.point_id = span.point_id and stage.state = span.state and stage.since_on = span.since_on
left join seen on seen.point_id = span.point_id and seen.seen_from <= span.day and seen.seen_until > span.day
left join int_place as place on place.lat = stage.lat and place.lon = stage.lon and place.crs is not distinct from stage.crs
left join dim_department as department on department.dept_id = stage.owner_dept_id
left join dim_division as division on division.division_code = stage.division_code
