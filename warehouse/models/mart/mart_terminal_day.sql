-- One self-service terminal on one day on which it stood: commissioned, not yet decommissioned, no plan. Days begin with the first session that any
-- terminal reported (before that nobody counted, and no use is not zero uses) and end at as_of.
with terminal as (
    select point.*
    from core_service_point as point
    left join ref_source_priority as stated on stated.source_id = point.source_id
    where point.kind = 'terminal'
    qualify row_number() over (
        partition by point.point_id
        order by coalesce(stated.priority, 100), point.source_id, coalesce(point.valid_from, date '1900-01-01') desc
    ) = 1
),
counted as (
    select min(session.started_on) as first_on
    from mart_session as session
    where session.channel = 'terminal'
),
span as (
    select
        terminal.point_id,
        terminal.site_id,
        terminal.division_code,
        greatest(coalesce(terminal.commissioned_on, counted.first_on), counted.first_on) as from_on,
        least(coalesce(terminal.decommissioned_on - 1, as_of.as_of_on), as_of.as_of_on) as until_on
    from terminal
    cross join counted
    cross join build_as_of as as_of
    where not coalesce(terminal.planned, false) and counted.first_on is not null
),
standing as (
    select span.*, cast(unnest(generate_series(from_on, until_on, interval 1 day)) as date) as day_on
    from span
    where from_on <= until_on
),
used as (
    select session.point_id, session.started_on, count(*) as uses
    from mart_session as session
    where session.is_terminal_use
    group by session.point_id, session.started_on
)
select
    standing.point_id,
    standing.day_on,
    standing.site_id,
    standing.division_code,
    division.province_code,
    division.city_code,
    division.district_code,
    division.town_code,
    coalesce(used.uses, 0) as uses
from standing
left join used on used.point_id = standing.point_id and used.started_on = standing.day_on
left join dim_division as division on division.division_code = standing.division_code
