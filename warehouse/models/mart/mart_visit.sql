-- One visit of a case that is not void: where, when, and what for. Item, department and division are the case's, as of its acceptance.
select
    visit.case_id,
    visit.place,
    visit.site_id,
    visit.visited_on,
    visit.cause,
    visit.is_terminal,
    visit.is_linked,
    subject.item_id,
    item.item_type,
    item.audience,
    item.theme,
    item.case_type,
    subject.dept_id,
    subject.function_code,
    subject.division_code,
    division.province_code,
    division.city_code,
    division.district_code,
    division.town_code,
    subject.channel,
    coalesce(channel.channel_group, 'other') as channel_group
from int_case_visit as visit
join int_case_subject as subject on subject.case_id = visit.case_id
left join mart_item as item on item.item_id = subject.item_id and item.version = subject.item_version
left join dim_division as division on division.division_code = subject.division_code
left join ref_channel as channel on channel.channel = subject.channel
where not subject.is_void
