-- One cell of the population grid over one span of days in which the points near it stay the same: how far the nearest open one is, by day and by night.
with placed as (
    select
        cell.*,
        coalesce(cell.valid_from, date '1900-01-01') as begins_on,
        place.wgs_lat,
        place.wgs_lon
    from core_population_cell as cell
    join int_place as place on place.lat = cell.lat and place.lon = cell.lon and place.crs is not distinct from cell.crs
    left join ref_source_priority as stated on stated.source_id = cell.source_id
    where place.wgs_lat is not null and cell.population >= 0
    qualify dense_rank() over (partition by cell.cell_id order by coalesce(stated.priority, 100), cell.source_id) = 1
),
cell as (
    select placed.*, lead(begins_on, 1, date '9999-12-31') over (partition by cell_id order by begins_on) as ends_on from placed
),
open_point as (
    select point_id, valid_from, valid_to, is_open_24h, wgs_lat, wgs_lon
    from mart_point
    where state = 'live' and kind in ('hall', 'branch_hall', 'station', 'terminal') and wgs_lat is not null
),
-- Points in the square around a cell that holds the largest circle asked for (0.0145 degrees of latitude are 1.6 km), with the great-circle distance.
paired as (
    select
        cell.cell_id,
        cell.begins_on,
        greatest(cell.begins_on, open_point.valid_from) as near_from,
        least(cell.ends_on, open_point.valid_to) as near_until,
        open_point.is_open_24h,
        2 * 6371008.8 * asin(least(1, sqrt(
            pow(sin(radians(open_point.wgs_lat - cell.wgs_lat) / 2), 2)
            + cos(radians(cell.wgs_lat)) * cos(radians(open_point.wgs_lat)) * pow(sin(radians(open_point.wgs_lon - cell.wgs_lon) / 2), 2)
        ))) as metres
    from cell
    join open_point
        on open_point.wgs_lat between cell.wgs_lat - 0.0145 and cell.wgs_lat + 0.0145
        and open_point.wgs_lon between cell.wgs_lon - 0.0145 / cos(radians(cell.wgs_lat)) and cell.wgs_lon + 0.0145 / cos(radians(cell.wgs_lat))
    where open_point.valid_from < cell.ends_on and open_point.valid_to > cell.begins_on
),
near as (
    select * from paired where metres <= 1500
),
edge as (
    select cell_id, begins_on, begins_on as day from cell
    union
    select cell_id, begins_on, unnest([near_from, near_until]) from near
),
span as (
    select
        cell.* exclude (valid_from),
        edge.day as valid_from,
        lead(edge.day, 1, cell.ends_on) over (partition by cell.cell_id, cell.begins_on order by edge.day) as valid_to
    from edge
    join cell on cell.cell_id = edge.cell_id and cell.begins_on = edge.begins_on
    where edge.day < cell.ends_on
),
nearest as (
    select
        span.cell_id,
        span.valid_from,
        min(near.metres) as nearest_metres,
        min(near.metres) filter (where near.is_open_24h) as nearest_night_metres
    from span
    join near on near.cell_id = span.cell_id and near.begins_on = span.begins_on and near.near_from <= span.valid_from and near.near_until > span.valid_from
    group by span.cell_id, span.valid_from
)
select
    span.cell_id,
    span.valid_from,
    span.valid_to,
    span.division_code,
    division.province_code,
    division.city_code,
    division.district_code,
    division.town_code,
    span.population,
    span.population_year,
    span.wgs_lat,
    span.wgs_lon,
    nearest.nearest_metres,
    nearest.nearest_night_metres
from span
left join nearest on nearest.cell_id = span.cell_id and nearest.valid_from = span.valid_from
left join dim_division as division on division.division_code = span.division_code
