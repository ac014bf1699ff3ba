-- One service in one period: which of its interaction points are online. A point that nothing is said about is null, and is no step of an end-to-end service.
with stated as (
    select
        point.source_id,
        point.item_id,
        point.period_start,
        max(point.status) filter (where point.point = 'registration') as registration,
        max(point.status) filter (where point.point = 'authentication') as authentication,
        max(point.status) filter (where point.point = 'application') as application,
        max(point.status) filter (where point.point = 'decision') as decision,
        max(point.status) filter (where point.point = 'issuance') as issuance,
        max(point.status) filter (where point.point = 'resolution') as resolution,
        count(*) as stated_points,
        count(*) filter (where point.status in ('yes', 'no')) as applicable_points,
        count(*) filter (where point.status = 'yes') as online_points,
        count(*) filter (where point.status = 'no') as offline_points
    from core_interaction_point as point
    group by point.source_id, point.item_id, point.period_start
),
placed as (
    select stated.*, version.version, version.dept_id, version.division_code
    from stated
    left join int_item_span as version
        on version.item_id = stated.item_id and stated.period_start >= version.from_on and stated.period_start < version.until_on
)
select
    placed.source_id,
    placed.item_id,
    placed.period_start as period_start_on,
    item.item_type,
    item.audience,
    item.theme,
    placed.dept_id,
    department.function_code,
    placed.division_code,
    division.province_code,
    division.city_code,
    division.district_code,
    division.town_code,
    placed.registration,
    placed.authentication,
    placed.application,
    placed.decision,
    placed.issuance,
    placed.resolution,
    placed.applicable_points,
    placed.online_points,
    placed.applicable_points > 0 as is_assessed,
    placed.stated_points = 6 and placed.offline_points = 0 and placed.online_points > 0 as is_end_to_end
from placed
left join mart_item as item on item.item_id = placed.item_id and item.version = placed.version
left join dim_department as department on department.dept_id = placed.dept_id
left join dim_division as division on division.division_code = placed.division_code
