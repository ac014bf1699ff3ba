-- One site: named and placed by its hall, else its branch hall or station, else its first point.
with face as (
    select point.*
    from int_point as point
    qualify row_number() over (
        partition by point.site_id
        order by case point.kind when 'hall' then 0 when 'branch_hall' then 1 when 'station' then 2 else 3 end, point.point_id
    ) = 1
)
select
    face.site_id,
    face.name_zh,
    face.name_en,
    face.division_code,
    division.province_code,
    division.city_code,
    division.district_code,
    division.town_code,
    face.lat,
    face.lon
from face
left join dim_division as division on division.division_code = face.division_code
