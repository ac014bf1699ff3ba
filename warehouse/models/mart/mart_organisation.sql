-- One department or division over days on which its channels stay the same: by way of looking at it the channels on which at least one item in force can be
-- applied for, and once for itself (offer organisation), as it stands in the register. What a town offers counts for its district too.
with department as (
    select
        dept_id as org_id,
        'department' as level,
        division_code,
        coalesce(valid_from, date '1900-01-01') as begins_on,
        valid_to
    from core_department as department
    left join ref_source_priority as stated on stated.source_id = department.source_id
    qualify dense_rank() over (partition by dept_id order by coalesce(stated.priority, 100), department.source_id) = 1
),
division as (
    select
        division_code as org_id,
        case level when 4 then 'district' when 5 then 'town' when 6 then 'village' end as level,
        division_code,
        coalesce(valid_from, date '1900-01-01') as begins_on,
        valid_to
    from core_division as division
    left join ref_source_priority as stated on stated.source_id = division.source_id
    where level between 4 and 6
    qualify dense_rank() over (partition by division_code order by coalesce(stated.priority, 100), division.source_id) = 1
),
register as (
    select
        org_id, level, division_code, begins_on,
        least(coalesce(valid_to, date '9999-12-31'), lead(begins_on, 1, date '9999-12-31') over (partition by level, org_id order by begins_on)) as ends_on
    from (select * from department union all select * from division)
),
offered as (
    select
        offer.offer, offer.channel, offer.offered_from, offer.offered_until,
        unnest([
            {'level': 'department', 'org_id': item.dept_id},
            {'level': 'district', 'org_id': item.district_code},
            {'level': 'town', 'org_id': item.town_code},
            {'level': 'village', 'org_id': item.division_code}
        ]) as owner
    from int_item_offer as offer
    join int_item_in_force as item on item.item_id = offer.item_id and item.version = offer.version
    where offer.func = 'apply'
),
-- Many items of one organisation on one channel are one stretch of days.
marked as (
    select
        owner.level as level, owner.org_id as org_id, offer, channel, offered_from, offered_until,
        coalesce(
            offered_from > max(offered_until) over (
                partition by owner.level, owner.org_id, offer, channel order by offered_from, offered_until rows between unbounded preceding and 1 preceding
            ),
            true
        ) as is_first
    from offered
    where owner.org_id is not null
),
numbered as (
    select
        marked.*,
        sum(cast(is_first as integer)) over (partition by level, org_id, offer, channel order by offered_from, offered_until rows unbounded preceding) as stretch_no
    from marked
),
stretch as (
    select level, org_id, offer, channel, min(offered_from) as offered_from, max(offered_until) as offered_until
    from numbered
    group by level, org_id, offer, channel, stretch_no
),
served as (
    select
        register.level, register.org_id, register.begins_on, stretch.offer, stretch.channel,
        greatest(register.begins_on, stretch.offered_from) as served_from,
        least(register.ends_on, stretch.offered_until) as served_until
    from register
    join stretch
        on stretch.level = register.level and stretch.org_id = register.org_id
        and stretch.offered_from < register.ends_on and stretch.offered_until > register.begins_on
    where register.begins_on < register.ends_on
),
edge as (
    select level, org_id, begins_on, offer, served_from as day from served
    union
    select level, org_id, begins_on, offer, served_until from served
),
span as (
    select edge.*, lead(day) over (partition by level, org_id, begins_on, offer order by day) as next_day from edge
),
standing as (
    select
        span.level, span.org_id, span.begins_on, span.offer, span.day as valid_from, span.next_day as valid_to,
        list_sort(list_distinct(list(served.channel))) as channel
    from span
    join served
        on served.level = span.level and served.org_id = span.org_id and served.begins_on = span.begins_on and served.offer = span.offer
        and served.served_from <= span.day and served.served_until > span.day
    where span.next_day is not null
    group by all
    union all
    select level, org_id, begins_on, 'organisation', begins_on, ends_on, cast([] as varchar[]) from register where begins_on < ends_on
)
select
    standing.level,
    standing.org_id,
    standing.offer,
    standing.valid_from,
    standing.valid_to,
    standing.channel,
    coalesce(division.kind = 'functional_zone' and standing.level <> 'department', false) as is_functional_zone,
    case when standing.level = 'department' then standing.org_id end as dept_id,
    department.function_code,
    register.division_code,
    division.province_code,
    division.city_code,
    division.district_code,
    division.town_code
from standing
join register on register.level = standing.level and register.org_id = standing.org_id and register.begins_on = standing.begins_on
left join dim_division as division on division.division_code = register.division_code
left join dim_department as department on standing.level = 'department' and department.dept_id = standing.org_id
