-- One pair of coordinates as given, with the same place in WGS84. Chinese map data are shifted by law: GCJ-02 by some hundred metres, BD-09 by a further
-- offset. BD-09 is led back to GCJ-02, GCJ-02 to WGS84 (to within a few metres); a place in any other or no named system is left without coordinates.
with given as (
    select lat, lon, crs from core_service_point where lat is not null and lon is not null
    union
    select lat, lon, crs from core_population_cell
),
named as (
    select
        given.*,
        case
            when regexp_replace(upper(crs), '[^A-Z0-9]', '', 'g') in ('WGS84', 'EPSG4326', '4326', 'CGCS2000', 'EPSG4490', '4490') then 'wgs84'
            when regexp_replace(upper(crs), '[^A-Z0-9]', '', 'g') = 'GCJ02' then 'gcj02'
            when regexp_replace(upper(crs), '[^A-Z0-9]', '', 'g') in ('BD09', 'BD09LL') then 'bd09'
        end as system
    from given
    where abs(lat) <= 90 and abs(lon) <= 180
),
turned as (
    select
        named.*,
        sqrt((lon - 0.0065) * (lon - 0.0065) + (lat - 0.006) * (lat - 0.006)) - 0.00002 * sin((lat - 0.006) * pi() * 3000 / 180) as radius,
        atan2(lat - 0.006, lon - 0.0065) - 0.000003 * cos((lon - 0.0065) * pi() * 3000 / 180) as angle
    from named
),
-- GCJ-02 shifts nothing outside China (the rectangle that its authors use).
shifted as (
    select
        turned.* exclude (radius, angle),
        case when system = 'bd09' then radius * sin(angle) else lat end as gcj_lat,
        case when system = 'bd09' then radius * cos(angle) else lon end as gcj_lon,
        system in ('gcj02', 'bd09') and lat between 0.8293 and 55.8271 and lon between 72.004 and 137.8347 as is_shifted
    from turned
),
centred as (
    select shifted.*, gcj_lon - 105.0 as x, gcj_lat - 35.0 as y, gcj_lat / 180 * pi() as latitude from shifted
),
-- The published offset of GCJ-02 in degrees, taken at the shifted place.
waved as (
    select
        centred.*,
        (20 * sin(6 * x * pi()) + 20 * sin(2 * x * pi())) * 2 / 3 as ripple,
        -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
            + (20 * sin(y * pi()) + 40 * sin(y / 3 * pi())) * 2 / 3 + (160 * sin(y / 12 * pi()) + 320 * sin(y * pi() / 30)) * 2 / 3 as north,
        300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
            + (20 * sin(x * pi()) + 40 * sin(x / 3 * pi())) * 2 / 3 + (150 * sin(x / 12 * pi()) + 300 * sin(x / 30 * pi())) * 2 / 3 as east,
        1 - 0.00669342162296594323 * sin(latitude) * sin(latitude) as magic
    from centred
),
offset_by as (
    select
        waved.*,
        (north + ripple) * 180 / (6378245.0 * (1 - 0.00669342162296594323) / (magic * sqrt(magic)) * pi()) as north_degrees,
        (east + ripple) * 180 / (6378245.0 / sqrt(magic) * cos(latitude) * pi()) as east_degrees
    from waved
)
select
    lat,
    lon,
    crs,
    case when system is null then null when is_shifted then gcj_lat - north_degrees else gcj_lat end as wgs_lat,
    case when system is null then null when is_shifted then gcj_lon - east_degrees else gcj_lon end as wgs_lon
from offset_by
